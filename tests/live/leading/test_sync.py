import pytest

from midigan.live.leading.sync import Sync
from midigan.live.processes.player_messages import Follow, SendClock


@pytest.mark.parametrize(
    ("sync", "messages"),
    [
        (Sync(), []),
        (Sync(send_clock=True), [SendClock(None)]),
        (Sync(clock_to="DAW"), [SendClock("DAW")]),
        (Sync("midi", "clock", -3.5), [Follow("midi", "clock", "jack", -3.5)]),
        (Sync("link"), [Follow("link", None, "jack", 0.0)]),
    ],
)
def test_the_player_is_told_what_was_wished_for(sync, messages):
    assert sync.messages("jack") == messages
