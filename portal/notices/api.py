"""What other features use of notices: numbered documents and their service (送达), and in-app notices.

A document is issued with its number, then served; ``document.served`` is announced and time runs from that day. An in-app
notice only informs: it serves nothing.
"""

from portal.notices.kinds import Kind as Kind
from portal.notices.kinds import kind as kind
from portal.notices.mailing import jobs as jobs
from portal.notices.mailing import mail_server as mail_server
from portal.notices.papers import keep_paper as keep_paper
from portal.notices.printing import pdf as pdf
from portal.notices.queries import Addressee as Addressee
from portal.notices.queries import DocumentView as DocumentView
from portal.notices.queries import NoticeView as NoticeView
from portal.notices.queries import Section as Section
from portal.notices.queries import ServiceView as ServiceView
from portal.notices.queries import confirmation_on_file as confirmation_on_file
from portal.notices.queries import document as document
from portal.notices.queries import document_by_code as document_by_code
from portal.notices.queries import documents_of as documents_of
from portal.notices.queries import documents_to as documents_to
from portal.notices.queries import recent as recent
from portal.notices.queries import served_many as served_many
from portal.notices.queries import served_on as served_on
from portal.notices.queries import unread as unread
from portal.notices.service.accounts import on_account_changed as on_account_changed
from portal.notices.service.confirmations import put_on_file as put_on_file
from portal.notices.service.confirmations import withdraw as withdraw
from portal.notices.service.documents import issue as issue
from portal.notices.service.documents import serve as serve
from portal.notices.service.escalations import on_escalated as on_escalated
from portal.notices.service.informing import NewNotice as NewNotice
from portal.notices.service.informing import To as To
from portal.notices.service.informing import inform as inform
from portal.notices.service.informing import inform_many as inform_many
