#!/usr/bin/env bash
# Runs the tests of every home of the index against a real Milvus.
#
#   deploy/check-milvus.sh milvus://localhost:19530/check
#
# Collections with the prefix of the last part are made and dropped. MLSURVEY_INDEX_TOKEN is used if it is set.
set -euo pipefail
cd "$(dirname "$0")/.."
url=${1:?name an index of your own for the tests, such as milvus://localhost:19530/check}
python=${PYTHON:-.venv/bin/python}
"$python" -c 'import pymilvus' 2>/dev/null || { echo "type: $python -m pip install '.[cluster]'" >&2; exit 8; }
"$python" - "$url" <<'END'
import sys

from mlsurvey.address import address_of
from mlsurvey.milvus.engine import Engine

print("Milvus", Engine(address_of(sys.argv[1])).call("get_server_version"))
END
TEST_MILVUS_URL=$url exec "$python" -m pytest -q -p no:cacheprovider tests/homes "${@:2}"
