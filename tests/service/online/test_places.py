"""Places: columns that say what the answers said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.log.event_log import ImpressionRecord
from service.online.impression import Audience, Impression
from service.online.places import Places

NAMES = ["sequence", "popular", "content_text", "transitions", "trending"]
PLACE = st.tuples(
    st.integers(0, 99), st.lists(st.sampled_from(NAMES), unique=True, max_size=4), st.booleans()
)
ANSWER = st.tuples(
    st.sampled_from(["", "u", "v"]),
    st.sampled_from(list(Audience)),
    st.integers(0, 40),
    st.lists(PLACE, max_size=6),
)


@given(st.lists(ANSWER, max_size=6))
def test_columns_say_what_the_answers_said(
    answers: list[tuple[str, Audience, int, list[tuple[int, list[str], bool]]]],
) -> None:
    made = [
        Impression(
            f"m{n}", "home" * (n % 2), ["films"], audience, start,
            [item for item, _, _ in places], [names for _, names, _ in places], [cold for *_, cold in places],
        )
        for n, (_, audience, start, places) in enumerate(answers)
    ]  # fmt: skip
    found = Places(
        ImpressionRecord(f"r{n}", answers[n][0], one.to_json(), float(n))
        for n, one in enumerate(made)
    )
    expected = [
        (n, start + 1 + i, cold, set(names))
        for n, (_, _, start, places) in enumerate(answers)
        for i, (_, names, cold) in enumerate(places)
    ]
    proposed = [
        {found.sources[column] for column, is_by in enumerate(row) if is_by}
        for row in found.proposed().tolist()
    ]
    columns = (found.answer(), found.position(), found.cold())
    rows = list(zip(*(column.tolist() for column in columns), proposed, strict=True))
    assert rows == expected
    assert found.placements == [one.placement for one in made]
    assert (found.models, found.audiences) == (
        [one.model_version for one in made],
        [one.audience for one in made],
    )
    assert found.users == [user for user, *_ in answers]
    of_answer = dict(zip(found.answer().tolist(), found.person().tolist(), strict=True))
    for first in of_answer:
        for second in of_answer:
            same = first == second or (answers[first][0] == answers[second][0] != "")
            assert (of_answer[first] == of_answer[second]) == same
    assert [(one.user_id, one.served_at, list(one.items)) for one in found.answers.values()] == [
        (user, float(n), list(made[n].items)) for n, (user, *_) in enumerate(answers)
    ]
