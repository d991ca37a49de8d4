from midigan.live.connections import pacing
from midigan.live.connections.pacing import paced


def test_a_receiver_may_read_after_every_64_and_after_the_last(monkeypatch):
    done = []
    monkeypatch.setattr(pacing.time, "sleep", lambda _: done.append("pause"))
    messages = [(0x80, number, 0) for number in range(100)]
    for message in paced(messages):
        done.append(message)
    assert done == [*messages[:64], "pause", *messages[64:], "pause"]
    assert list(paced([])) == []
