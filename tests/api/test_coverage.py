from __future__ import annotations

from tests.api.test_problems import problem


def rows(client, **asked: object) -> dict[str, dict]:
    return {row["entity"]: row for row in client.get("/v1/coverage", params=asked).json()["rows"]}


def test_it_counts_what_is_known_about_whom(client) -> None:
    value = client.get("/v1/coverage", params={"aspect": ["gpu", "licence"], "language": "rust"}).json()
    assert [point["slug"] for point in value["points"]] == ["gpu", "licence"]
    counted = {row["entity"]: row["statements"] for row in value["rows"]}
    assert counted["burn"][1] > 0 and counted["candle"][1] == 0 < counted["candle"][0]
    assert value["total"] == len(value["rows"]) and value["most"] == max(max(counts) for counts in counted.values())
    assert {row["language"] for row in value["rows"]} == {"rust"}


def test_rows_come_in_order_and_in_pages(client) -> None:
    first = client.get("/v1/coverage?order=name&limit=3").json()
    second = client.get("/v1/coverage?order=name&limit=3&offset=3").json()
    names = [row["name"].casefold() for row in (*first["rows"], *second["rows"])]
    assert len(names) == 6 and names == sorted(names)
    known = [row["passages"] for row in client.get("/v1/coverage").json()["rows"]]
    assert known == sorted(known, reverse=True)


def test_every_point_is_counted_on_request(client) -> None:
    general, every = (client.get(f"/v1/coverage?every={value}").json() for value in ("false", "true"))
    assert len(general["points"]) < len(every["points"]) == len(client.get("/v1/aspects").json()["aspects"])


def test_it_is_sent_once(client) -> None:
    first = client.get("/v1/coverage?aspect=gpu")
    assert client.get("/v1/coverage?aspect=gpu", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert client.get("/v1/coverage?aspect=licence").headers["etag"] != first.headers["etag"]


def test_names_that_nothing_has_are_refused(client) -> None:
    for asked, hint in (("language=rsut", "rust"), ("aspect=gup", "gpu"), ("entity=brun", "Burn")):
        found = problem(client.get(f"/v1/coverage?{asked}"), 404, "not-found")
        assert "did you mean" in found["detail"] and hint in found["detail"], asked
    problem(client.get("/v1/coverage?category=nonsense-of-no-kind"), 404, "not-found")
    problem(client.get("/v1/coverage?order=size"), 422, "invalid")
