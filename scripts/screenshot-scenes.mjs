// What leads to each picture of the console: what is typed and clicked in a new page.

const TOOLS = JSON.stringify([
  {
    ...{ type: 'function', name: 'get_weather', description: 'The weather in a city' },
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
]);

export const conversation = (page) => page.getByRole('list', { name: 'Conversation' });

export async function say(page, text) {
  await page.getByLabel('Message').fill(text);
  await page.keyboard.press('Enter');
}

export async function offerTools(page) {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByLabel('Tools (JSON)').fill(TOOLS);
  await page.getByRole('button', { name: 'Close settings' }).click();
}

/** A conversation with text, audio, an interruption and a function call without its output; `wish` takes long to answer. */
export async function talk(page, wish = 'Count to twenty.') {
  await offerTools(page);
  await say(page, wish);
  await page.locator('[data-speaking]').waitFor();
  // Some of it has to be heard.
  await page.waitForTimeout(2500);
  await page.keyboard.press('Escape');
  await conversation(page)
    .getByText(/^truncated/)
    .waitFor();
  await say(page, 'What is the weather in Paris?');
  await page.getByLabel('What does get_weather return?').fill('{"sky": "clear", "degrees": 21}');
}

const view = (page, name) =>
  page.getByRole('navigation', { name: 'Views of this log' }).getByRole('link', { name }).click();

/** Waits for the end of the answer that comes next. */
async function heard(page) {
  const speaking = page.locator('[data-speaking]');
  await speaking.waitFor();
  await speaking.waitFor({ state: 'detached' });
}

/** Hangs up, and tells the name of what was written down. */
async function recording(page) {
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('The session has ended.').waitFor();
  const answer = await fetch(new URL('/api/recordings', page.url()));
  return (await answer.json()).recordings.map(({ name }) => name);
}

/** The demo session with its slowest turn selected. */
async function demo(page) {
  await page.goto(`${new URL(page.url()).origin}/#/demo`);
  await page.getByText(/^\d+ lines/).waitFor();
  await page.locator('.turn-head button', { hasText: /first audio 4\.\d+ s/ }).click();
  await page.getByRole('complementary', { name: 'Inspector' }).getByText('LLM to first token').waitFor();
}

/** Name → what leads to the picture. */
export const SCENES = {
  async first(page) {
    await page.getByRole('heading', { name: 'Talk to this server' }).waitFor();
  },
  demo,
  talk,
  async settings(page) {
    await page.getByRole('main').focus();
    await page.keyboard.press('s');
    await page.getByLabel('Turn detection').waitFor();
  },
  async timeline(page) {
    await talk(page);
    await view(page, 'Timeline');
    await page.getByRole('img', { name: /^Timeline: / }).waitFor();
  },
  async events(page) {
    await talk(page);
    await view(page, 'Events');
    await page.locator('.event', { hasText: 'conversation.item.truncated' }).click();
  },
  async compare(page) {
    // The same question twice, and another one.
    await say(page, 'What can you do?');
    await heard(page);
    const [first] = await recording(page);
    await page.goto(`${new URL(page.url()).origin}/#/talk`);
    await page.reload();
    await say(page, 'What can you do?');
    await heard(page);
    await say(page, 'What is your name?');
    await heard(page);
    const [second] = await recording(page);
    const word = (name) => encodeURIComponent(`recording:${name}`);
    await page.goto(`${new URL(page.url()).origin}/#/compare/${word(first)}/${word(second)}`);
    await page.getByText(/^The first difference/).waitFor();
  },
  async sessions(page) {
    const other = await page.context().newPage();
    await other.goto(page.url());
    await say(other, 'What can you do?');
    await conversation(other).getByText('I can tell the time').waitFor();
    await page.goto(`${new URL(page.url()).origin}/#/home`);
    // A page in the background does not finish its transitions.
    await page.bringToFront();
    await page.locator('tr[data-live]').waitFor();
    await page.locator('tbody tr:not([data-live])').first().waitFor();
  },
};
