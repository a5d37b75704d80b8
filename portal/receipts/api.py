"""What other rooms may ask of the receipts: codes nobody can guess, and QR codes that lead to ``/verify/<code>``."""

from portal.kernel.pdf import qr_image as qr_image
from portal.receipts.canonical import canonical as canonical
from portal.receipts.codes import new_code as new_code
from portal.receipts.codes import printed as printed
from portal.receipts.codes import read as read_code
from portal.receipts.codes import verify_address as verify_address

__all__ = ["canonical", "new_code", "printed", "qr_image", "read_code", "verify_address"]
