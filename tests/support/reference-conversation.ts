// A naive model of a conversation, a list and a few loops: the expected answers and items. The session must agree with it.

/** What is expected of one frame: type, then the item and the id before it. */
export type Expected = string;

interface Entry {
  id: string;
  call?: string;
  output?: string;
}

interface Waiting extends Entry {
  previous: string | null;
}

export class ReferenceConversation {
  list: Entry[] = [];
  waiting: Waiting[] = [];
  isAnswering = false;

  create(item: { id: string; type: string; call_id?: string }, previous: string | null): Expected[] {
    const entry: Waiting = { id: item.id, previous };
    if (item.type === 'function_call') entry.call = item.call_id!;
    if (item.type === 'function_call_output') entry.output = item.call_id!;
    const everything: Entry[] = [...this.list, ...this.waiting];
    if (everything.some((other) => other.id === item.id)) return ['error item.id'];
    if (entry.output !== undefined) {
      const requests = everything.some((other) => other.call === entry.output);
      const hasOutput = everything.some((other) => other.output === entry.output);
      if (!requests || hasOutput) return ['error item.call_id'];
    }
    if (previous && previous !== 'root' && !everything.some((other) => other.id === previous)) {
      return ['error previous_item_id'];
    }
    if (this.isAnswering) {
      this.waiting.push(entry);
      return [];
    }
    return this.#place(entry);
  }

  delete(id: string): Expected[] {
    if (!this.list.some((entry) => entry.id === id)) return ['error null'];
    this.list = this.list.filter((entry) => entry.id !== id);
    return [`conversation.item.deleted ${id}`];
  }

  retrieve(id: string): Expected[] {
    return this.list.some((entry) => entry.id === id) ? [`conversation.item.retrieved ${id}`] : ['error null'];
  }

  /** The end of a response: what waited takes its place. */
  finish(): Expected[] {
    this.isAnswering = false;
    const waiting = this.waiting;
    this.waiting = [];
    const answers: Expected[] = [];
    for (const [index, entry] of waiting.entries()) {
      const { previous } = entry;
      const later: Entry[] = waiting.slice(index + 1);
      const requests = [...this.list, ...later].some((other) => other.call === entry.output);
      if (entry.output !== undefined && !requests) answers.push('error item.call_id');
      else if (previous && previous !== 'root' && !this.list.some((other) => other.id === previous)) {
        answers.push('error previous_item_id');
      } else answers.push(...this.#place(entry));
    }
    return answers;
  }

  #place({ previous, ...entry }: Waiting): Expected[] {
    let at = this.list.length;
    if (previous === 'root') at = 0;
    else if (previous) for (let i = 0; i < this.list.length; i++) if (this.list[i]!.id === previous) at = i + 1;
    const before = at === 0 ? null : this.list[at - 1]!.id;
    this.list = [...this.list.slice(0, at), entry, ...this.list.slice(at)];
    return [
      `conversation.item.added ${entry.id} after ${before}`,
      `conversation.item.done ${entry.id} after ${before}`,
    ];
  }
}
