"""Joint conferences 联席会议: agenda, minutes, resolutions."""
