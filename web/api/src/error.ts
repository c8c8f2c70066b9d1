/** RFC 9457 problem as the server writes it; `detail` is a sentence in the reader's language. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  field?: string | null;
  errors?: { field: string; code: string; detail: string }[];
  [extra: string]: unknown;
}

/** The server refused: it was reached and said why. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiError";
    this.status = problem.status;
    this.code = problem.code;
    this.problem = problem;
  }

  /** Sentences by field name, for forms. */
  get fields(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const error of this.problem.errors ?? []) found[error.field] = error.detail;
    if (this.problem.field && !(this.problem.field in found)) found[this.problem.field] = this.message;
    return found;
  }
}

/** The server was not reached, or what answered was not the server: trying again may work. */
export class Unreachable extends Error {
  constructor(cause?: unknown) {
    super("unreachable", { cause });
    this.name = "Unreachable";
  }
}
