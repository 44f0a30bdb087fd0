// What the palette offers, and what of it matches a text.

export interface Command {
  /** Unique. */
  readonly id: string;
  readonly group: 'Actions' | 'Sessions' | 'Items';
  readonly label: string;
  /** In grey behind it. */
  readonly hint?: string;
  /** The key that does the same. */
  readonly shortcut?: string;
  readonly run: () => void;
}

const MAX_SHOWN = 60;

/** Those that contain every word of the text, in any case; those that begin with it first. */
export function matchCommands(commands: readonly Command[], text: string): readonly Command[] {
  const query = text.trim().toLowerCase();
  if (query === '') return commands.slice(0, MAX_SHOWN);
  const terms = query.split(/\s+/);
  const matches = commands.filter(({ label, hint = '', group }) => {
    const content = `${label} ${hint} ${group}`.toLowerCase();
    return terms.every((term) => content.includes(term));
  });
  const startsWith = ({ label }: Command) => label.toLowerCase().startsWith(query);
  return [...matches.filter(startsWith), ...matches.filter((each) => !startsWith(each))].slice(0, MAX_SHOWN);
}
