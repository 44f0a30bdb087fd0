// Instructions and tools to start from.

export const INSTRUCTIONS: Readonly<Record<string, string>> = {
  'Short answers': 'Answer in one or two short sentences. Speak as on the phone, without lists.',
  'Hotel concierge':
    'You are the concierge of a small hotel. Be warm and brief. Ask for what you need to know before you call a tool.',
  'Language tutor':
    'You teach French. Speak slowly, correct one mistake at a time, and let the student say the sentence again.',
  Interviewer:
    'You interview a candidate for a job as an engineer. Ask one question at a time and follow up on the answer.',
};

export interface ToolPreset {
  readonly tool: Readonly<Record<string, unknown>> & { readonly name: string };
  /** What it returns at once. */
  readonly output: string;
}

const text = { type: 'string' };

export const WEATHER: ToolPreset = {
  tool: {
    ...{ type: 'function', name: 'get_weather', description: 'The weather in a city' },
    parameters: { type: 'object', properties: { city: text }, required: ['city'] },
  },
  output: '{"sky": "clear", "degrees": 21}',
};

const BOOK: ToolPreset = {
  tool: {
    ...{ type: 'function', name: 'book_table', description: 'Books a table in a restaurant' },
    parameters: {
      type: 'object',
      properties: { restaurant: text, time: text, people: { type: 'integer' } },
      required: ['restaurant', 'time'],
    },
  },
  output: '{"booked": true, "number": "A12"}',
};

export const TOOLS: readonly ToolPreset[] = [WEATHER, BOOK];
