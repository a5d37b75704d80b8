"""Copies of photos: made once from the kept original, by the worker or by who asks first; never lost, never of a damaged photo."""

import io
import threading

import pytest
from PIL import Image

from portal.kernel import copies, images, jobs
from portal.kernel.copies import Size
from portal.kernel.errors import NotFound
from portal.kernel.files import FileDamaged, store


def photo(shade=0, form="JPEG"):
    target = io.BytesIO()
    image = Image.linear_gradient("L").resize((640, 480)).convert("RGB").point(lambda value: min(255, value + shade))
    image.save(target, form)
    return target.getvalue()


def kept(data):
    sha256 = store().put(data).sha256
    copies.wish(sha256)
    return sha256


@pytest.fixture
def made(instance, monkeypatch):
    """What was made, each time."""
    times = []
    make = images.copies
    monkeypatch.setattr(images, "copies", lambda data: times.append(data) or make(data))
    return times


def test_the_worker_makes_what_is_marked_once(made):
    first, second = kept(photo(1)), kept(photo(2))
    assert copies.waiting() == [first, second]
    job = next(job for job in jobs.standard_jobs() if job.name == jobs.COPIES)
    assert job.run() == {"photos": 2}
    assert copies.waiting() == []
    copies.wish(first)  # the same photo sent again
    assert job.run() == {"photos": 0}
    assert len(made) == 2
    for size, side in ((Size.THUMBNAIL, 480), (Size.SCREEN, 640)):
        assert Image.open(io.BytesIO(copies.copy(second, size))).size == (side, side * 3 // 4)


def test_who_asks_first_makes_it(made):
    sha256 = kept(photo())
    assert copies.copy(sha256, Size.THUMBNAIL)
    assert copies.copy(sha256, Size.SCREEN)
    assert (copies.waiting(), len(made)) == ([], 1)
    with pytest.raises(NotFound):
        copies.copy("ab" * 32, Size.SCREEN)
    assert copies.waiting() == []


def test_several_workers_and_readers_make_each_once(made):
    photos = [kept(photo(shade)) for shade in range(4)]
    threads = [threading.Thread(target=copies.make_waiting) for _worker in range(3)]
    threads += [threading.Thread(target=copies.copy, args=(sha256, Size.SCREEN)) for sha256 in photos]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert all(copies.is_made(sha256) for sha256 in photos)


def test_while_another_is_at_it_a_page_gets_nothing(made, monkeypatch):
    monkeypatch.setattr(copies, "LONGEST_WAIT", 0.1)
    sha256 = kept(photo())
    with copies.held(copies._mark(sha256)) as mine:
        assert mine
        assert copies.copy(sha256, Size.SCREEN) is None
        assert copies.make_waiting() == 1
    assert (copies.waiting(), made) == ([sha256], [])
    copies.make_waiting()
    assert copies.is_made(sha256)


def test_a_full_disk_or_a_dead_process_leaves_the_mark(made, monkeypatch):
    sha256 = kept(photo())
    with monkeypatch.context() as full:
        full.setattr(copies, "_put", lambda *_given: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        assert copies.make_waiting() == 0
    assert copies.waiting() == [sha256]
    assert not copies.is_damaged(sha256)
    copies._tries(sha256).write_bytes(b"xx")  # two processes died of it
    copies.make_waiting()
    assert copies.is_made(sha256)


def test_a_photo_that_takes_three_processes_with_it_is_left_alone(made):
    sha256 = kept(photo())
    copies._tries(sha256).write_bytes(b"xxx")
    copies.make_waiting()
    assert copies.is_damaged(sha256)
    assert (copies.waiting(), made, copies.copy(sha256, Size.SCREEN)) == ([], [], None)


def damaged():
    """Whole by its structure; the tables that its pixels are decoded with are nonsense."""
    data = photo()
    tables = data.find(b"\xff\xc4") + 5
    return data[:tables] + b"\xff" * 16 + data[tables + 16 :]


def test_a_damaged_photo_is_noted(made):
    assert images.glance(damaged()) == images.glance(photo())
    sha256 = kept(damaged())
    copies.make_waiting()
    assert copies.is_damaged(sha256)
    assert (copies.waiting(), copies.copy(sha256, Size.THUMBNAIL), len(made)) == ([], None, 1)


def test_an_original_whose_bytes_are_others_is_shown_again_once_it_is_restored(made):
    sha256, other = kept(photo()), kept(photo(9))
    path = store().path(sha256)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"x")
    assert copies.make_waiting() == 1, "the other one"
    with pytest.raises(FileDamaged):
        copies.copy(sha256, Size.THUMBNAIL)
    path.write_bytes(whole)
    assert copies.copy(sha256, Size.THUMBNAIL)
    assert copies.copy(other, Size.THUMBNAIL)


def test_a_copy_that_was_cut_off_or_thrown_away_is_made_again(made):
    sha256 = kept(photo())
    whole = copies.copy(sha256, Size.SCREEN)
    copies._path(sha256, "screen").write_bytes(whole[:500])
    assert copies.copy(sha256, Size.SCREEN) == whole
    copies._path(sha256, "screen").unlink()
    assert copies.copy(sha256, Size.SCREEN) == whole


def test_a_release_without_boxes_takes_the_copy_that_is_there_and_boxes_are_drawn_on_the_original(made):
    sha256 = kept(photo())
    assert copies.to_release(sha256, []) == images.public_copy(photo_of(sha256), [])
    screen = copies.copy(sha256, Size.SCREEN)
    assert copies.to_release(sha256, []) == screen
    assert copies.to_release(sha256, [(0, 0, 5000, 5000)]) == images.public_copy(photo_of(sha256), [(0, 0, 5000, 5000)])


def photo_of(sha256):
    return store().read(sha256)


def test_picture_work_stands_behind_all_other_work(made, monkeypatch):
    lowered = []
    monkeypatch.setattr(copies.os, "setpriority", lambda *asked: lowered.append(asked))
    kept(photo())
    copies.make_waiting()
    ((which, thread, nice),) = lowered
    assert (which, nice) == (copies.os.PRIO_PROCESS, 10)
    assert thread != threading.get_native_id(), "the worker's other jobs keep their priority"
