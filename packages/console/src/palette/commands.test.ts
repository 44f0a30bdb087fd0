import { describe, expect, it } from 'vitest';
import { type Command, matchCommands } from './commands.ts';

const command = (label: string, group: Command['group'] = 'Actions', hint?: string): Command => ({
  ...{ id: `${group} ${label}`, group, label, run: () => {} },
  ...(hint !== undefined && { hint }),
});

describe('[CO37] the palette', () => {
  const commands = [
    command('Go to Sessions'),
    command('Open a file'),
    command('What is the weather?', 'Items', 'user'),
    command('Weather in Paris', 'Sessions', 'live'),
  ];
  const labels = (text: string) => matchCommands(commands, text).map(({ label }) => label);

  it('offers everything when nothing is typed', () => expect(labels(' ')).toHaveLength(4));

  it('finds what contains every word, in any case, what begins with the text first', () => {
    expect(labels('WEATHER')).toEqual(['Weather in Paris', 'What is the weather?']);
    expect(labels('weather user')).toEqual(['What is the weather?']);
    expect(labels('sess')).toEqual(['Go to Sessions', 'Weather in Paris']);
    expect(labels('nothing of the kind')).toEqual([]);
  });
});
