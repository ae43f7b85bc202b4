from __future__ import annotations

from dataclasses import replace

from mlsurvey.answering.follow import AMONG, LIBRARIES, MATTER, carried, picks
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.parsed import Condition
from mlsurvey.types import Aspect, Kind

GPU = AskedAspect(Aspect("gpu", "GPU support"), ("on the gpu",))
LICENCE = AskedAspect(Aspect("licence", "Licence"), ("licences",))
BEFORE = Understood("Burn or Candle on the gpu?", Kind.COMPARE, ("burn", "candle"), aspects=(GPU,))


def test_a_matter_alone_is_asked_of_the_libraries_before() -> None:
    now = Understood("and on licences?", Kind.LOOKUP, (), aspects=(LICENCE,))
    found = carried(now, BEFORE, BEFORE.entities)
    assert (found.kind, found.entities, found.aspects) == (Kind.COMPARE, ("burn", "candle"), (LICENCE,))
    assert found.carried == (LIBRARIES,)


def test_a_library_alone_is_asked_about_the_matter_before() -> None:
    now = Understood("what about tch-rs?", Kind.LOOKUP, ("tch-rs",), is_worded=False)
    found = carried(now, BEFORE, BEFORE.entities)
    assert (found.entities, found.aspects, found.carried) == (("tch-rs",), (GPU,), (MATTER,))


def test_a_bare_why_takes_over_both() -> None:
    found = carried(Understood("why?", Kind.LOOKUP, (), is_worded=False), BEFORE, BEFORE.entities)
    assert (found.entities, found.aspects, found.carried) == (BEFORE.entities, (GPU,), (LIBRARIES, MATTER))


def test_which_of_them_picks_from_what_was_answered() -> None:
    before = Understood("Which Rust crates use the gpu?", Kind.LIST, (), aspects=(GPU,))
    now = Understood("which of them is still maintained?", Kind.LOOKUP, (), aspects=(LICENCE,))
    assert picks(now)
    found = carried(now, before, ("burn", "wgpu"))
    assert (found.kind, found.among, found.aspects, found.carried) == (
        Kind.LIST,
        ("burn", "wgpu"),
        (LICENCE,),
        (AMONG,),
    )


def test_a_new_class_carries_nothing() -> None:
    dart = Condition("language", "Dart", ("dart",))
    now = Understood("Which Dart packages train?", Kind.LIST, (), aspects=(LICENCE,), conditions=(dart,))
    assert carried(now, BEFORE, BEFORE.entities) == now


def test_a_whole_question_carries_nothing() -> None:
    now = Understood("Which licence has Linfa?", Kind.LOOKUP, ("linfa",), aspects=(LICENCE,))
    assert carried(now, BEFORE, BEFORE.entities) == now


def test_without_libraries_before_nothing_is_carried() -> None:
    now = Understood("and on licences?", Kind.LOOKUP, (), aspects=(LICENCE,))
    before = Understood("What is a tensor?", Kind.LOOKUP, ())
    assert carried(now, before, ()) == now


def test_a_comparison_carries_the_matter_only_if_it_follows() -> None:
    """ "Linfa vs SmartCore" is a question of its own, "and Linfa vs SmartCore?" is not."""
    now = Understood("Linfa vs SmartCore", Kind.COMPARE, ("linfa", "smartcore"), is_worded=False)
    assert carried(now, BEFORE, BEFORE.entities) == now
    following = replace(now, question="and Linfa vs SmartCore?", flags=("follows",))
    found = carried(following, BEFORE, BEFORE.entities)
    assert (found.entities, found.aspects, found.carried) == (now.entities, (GPU,), (MATTER,))


def test_a_question_without_a_matter_leaves_none_to_carry() -> None:
    before = Understood("Which libraries are archived?", Kind.LIST, ())
    now = Understood("Linfa?", Kind.LOOKUP, ("linfa",), is_worded=False)
    assert carried(now, before, ("brain",)).carried == ()
