"""Why something with a time cannot be done. The closed set; none of them carries words."""


class TakenTime(Exception):
    """The time cannot be booked (any more): taken, withdrawn, or too near."""


class AlreadyBooked(Exception):
    """This mailbox has another time: one at a time, so that nobody can fill the calendar."""


class NothingBooked(Exception):
    """This mailbox has no time."""


class TooLate(Exception):
    """The booked time is so near that it can no longer be changed or cancelled."""


class NoMailbox(Exception):
    """There is no such mailbox (any more)."""


class NoSuchTime(Exception):
    """There is no such time (any more)."""


class Booked(Exception):
    """Somebody has booked the time, so it stays as it is."""


class NotFree(Exception):
    """The counsellor has something else then, or the place beside the first counsellor is filled."""


class NotInIt(Exception):
    """The counsellor does not take part in the time."""
