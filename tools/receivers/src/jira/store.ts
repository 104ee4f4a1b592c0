/** Issues kept; the oldest fall out. */
const issuesMax = 20_000;
const commentsMax = 1_000;

export interface Comment {
  readonly id: string;
  readonly at: string;
  readonly body: unknown;
  /** JSM: shown to the customer; null where the platform API wrote it. */
  readonly isPublic: boolean | null;
}

export interface Issue {
  readonly id: string;
  readonly key: string;
  readonly project: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  fields: Record<string, unknown>;
  status: Status;
  readonly comments: Comment[];
  /** JSM: the request's own ids. */
  readonly request: { readonly serviceDeskId: string; readonly requestTypeId: string } | null;
  /** Every change, in words, for people. */
  readonly history: string[];
}

export type Status = 'To Do' | 'In Progress' | 'Done';

export interface Transition {
  readonly id: string;
  readonly name: string;
  readonly to: Status;
}

const transitions: readonly Transition[] = [
  { id: '11', name: 'To Do', to: 'To Do' },
  { id: '21', name: 'In Progress', to: 'In Progress' },
  { id: '31', name: 'Done', to: 'Done' },
];

/** Done can only be reopened; from elsewhere every other status can be reached. */
export function transitionsOf(issue: Issue): readonly Transition[] {
  return transitions.filter(({ to }) => to !== issue.status && (issue.status !== 'Done' || to === 'To Do'));
}

/** The issues of one site. */
export class JiraStore {
  readonly #issues = new Map<string, Issue>();
  readonly #last = new Map<string, number>();
  #id = 10_000;

  create(wish: Pick<Issue, 'project' | 'createdAtMs' | 'createdBy' | 'fields' | 'request'>): Issue {
    const number = (this.#last.get(wish.project) ?? 0) + 1;
    this.#last.set(wish.project, number);
    this.#id += 1;
    const issue: Issue = {
      ...wish,
      id: String(this.#id),
      key: `${wish.project}-${number}`,
      status: 'To Do',
      comments: [],
      history: [`created by ${wish.createdBy}`],
    };
    this.#issues.set(issue.key, issue);
    const oldest = this.#issues.size > issuesMax ? this.#issues.keys().next().value : undefined;
    if (oldest !== undefined) this.#issues.delete(oldest);
    return issue;
  }

  /** By key or id. */
  find(keyOrId: string): Issue | null {
    return this.#issues.get(keyOrId) ?? this.all().find((issue) => issue.id === keyOrId) ?? null;
  }

  all(): readonly Issue[] {
    return [...this.#issues.values()];
  }

  comment(issue: Issue, atMs: number, body: unknown, isPublic: boolean | null): Comment {
    this.#id += 1;
    const comment = { id: String(this.#id), at: new Date(atMs).toISOString(), body, isPublic };
    if (issue.comments.length < commentsMax) issue.comments.push(comment);
    issue.history.push('commented');
    return comment;
  }

  /** Numbers go on, as in a site whose issues were deleted. */
  clear(): void {
    this.#issues.clear();
  }
}

/** Text of a wiki string or an Atlassian Document, for people and for search. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(plainText).join(' ');
  if (typeof value !== 'object' || value === null) return '';
  const node = value as Record<string, unknown>;
  return typeof node['text'] === 'string' ? node['text'] : plainText(node['content'] ?? []);
}
