"""What can be wrong with what is said of a company."""

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text


class CompanyNameInvalid(AppError):
    code = "COMPANY_NAME_INVALID"
    status = 422
    text = Text("고객사 이름은 {limit}자까지 쓸 수 있어요.", "A company's name has 1 to {limit} characters.")


class NoteInvalid(AppError):
    code = "NOTE_INVALID"
    status = 422
    text = Text("메모는 {limit}자까지 쓸 수 있어요.", "A note has up to {limit} characters.")


class RoleInvalid(AppError):
    code = "ROLE_INVALID"
    status = 422
    text = Text("직책은 {limit}자까지 쓸 수 있어요.", "A role has up to {limit} characters.")
