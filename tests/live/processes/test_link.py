import os
import queue

import pytest

from midigan.live.processes.composer_messages import Ask
from midigan.live.processes.link import PipeLink
from midigan.live.processes.player_messages import Report, Sent, Stop
from midigan.live.processes.wire import pack, unpack

WAIT_S = 10.0


@pytest.fixture
def ends():
    """A link, the file that feeds it, and the file descriptor of what it writes."""
    source_fd, feed_fd = os.pipe()
    result_fd, target_fd = os.pipe()
    with os.fdopen(source_fd, "rb") as source, os.fdopen(feed_fd, "wb", buffering=0) as feed:
        link = PipeLink(source, target_fd)
        yield link, feed, result_fd
        feed.close()
        while link.receive(WAIT_S) != Stop():  # its thread has read to the end
            pass
    os.close(target_fd)
    os.close(result_fd)


def test_messages_come_in_order(ends):
    link, feed, _ = ends
    feed.write(pack(Ask(1)) + pack(Ask(2)))
    assert [link.receive(WAIT_S), link.receive(WAIT_S)] == [Ask(1), Ask(2)]
    assert link.receive(0) is None
    assert link.receive(-1) is None


def test_the_end_of_the_other_side_is_a_stop(ends):
    link, feed, _ = ends
    feed.close()
    assert link.receive(WAIT_S) == Stop()
    link.stop()  # for the fixture, which waits for one too


def test_sending_never_waits_for_a_reader(ends):
    link, _, result_fd = ends
    report = Report(0, 0, 120.0, True, 0, 0.0, 0.0, 0.0, [Sent(0, 0, [0x90, 60, 80])] * 200)
    for _ in range(100):  # several times what a pipe holds
        link.send(report)
    assert len(os.read(result_fd, 100)) == 100


def test_everything_sent_arrives_in_the_end(ends):
    link, _, result_fd = ends
    received: queue.SimpleQueue[object] = queue.SimpleQueue()
    for number in range(3):
        link.send(Ask(number))
    link.flush()
    with open(result_fd, "rb", closefd=False) as result:
        for _ in range(3):
            received.put(unpack(result.readline()))
    assert [received.get().number for _ in range(3)] == [0, 1, 2]


def test_a_reader_that_is_gone_is_a_stop():
    source_fd, feed_fd = os.pipe()
    result_fd, target_fd = os.pipe()
    os.close(result_fd)
    with os.fdopen(source_fd, "rb") as source:
        link = PipeLink(source, target_fd)
        link.send(Ask(1))
        assert link.receive(WAIT_S) == Stop()
        os.close(feed_fd)
        assert link.receive(WAIT_S) == Stop()
    os.close(target_fd)
