// The first screen of Talk: try it, connect a program, or open a log.

import { Copy, FileText, MessageCircle, Play, Plug } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { AppState } from '../../app-state.ts';
import { IconButton } from '../../parts/button.tsx';
import { copyText } from '../../parts/copy-text.ts';
import { Icon, type IconNode } from '../../parts/icon.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { OpenFile } from '../../shell/open-file.tsx';
import { WEATHER } from '../settings/presets.ts';
import { addPreset } from '../settings/tool-list.ts';
import { CLIENTS, type Client, snippetOf } from './snippets.ts';

export function Welcome({ app }: { app: AppState }) {
  return (
    <div class="welcome">
      <header>
        <h2>Talk to this server</h2>
        <p class="with-keys">
          Type a message below, hold <kbd>Space</kbd> outside of the field to talk, or open the microphone with{' '}
          <kbd>m</kbd>.
        </p>
        <p class="with-touch">Type a message below, or talk: tap the microphone, or hold it.</p>
        <Engine app={app} />
      </header>
      <div class="welcome-cards">
        <TryCard app={app} />
        <ConnectCard app={app} />
        <OpenCard app={app} />
      </div>
    </div>
  );
}

/** What answers, and what it lacks. */
function Engine({ app }: { app: AppState }) {
  const server = app.server.value;
  if (!server) return null;
  const chosen = app.talk.settings.model.value;
  const engine = server.engines.find(({ name }) => name === chosen) ?? server.engines.find((each) => each.is_default);
  const hasNoModel = engine !== undefined && engine.name === 'offline';
  return (
    <>
      {hasNoModel && (
        <p class="hint">
          The engine is <code>{engine.name}</code>: it hears and speaks, and answers by rules, without a language model.
        </p>
      )}
      {server.missing.map((message) => (
        <p key={message} class="hint">
          {message}
        </p>
      ))}
    </>
  );
}

function Card({ icon, title, text, children }: CardProps) {
  return (
    <section class="card welcome-card" aria-label={title}>
      <h3>
        <Icon of={icon} size={20} />
        {title}
      </h3>
      <p class="welcome-text">{text}</p>
      {children}
    </section>
  );
}

interface CardProps {
  readonly icon: IconNode;
  readonly title: string;
  readonly text: string;
  readonly children: ComponentChildren;
}

const MESSAGES = ['What can you do?', 'What time is it?', 'Count to forty, and interrupt me'];
const TOOL_MESSAGE = 'What is the weather in Paris?';

function TryCard({ app: { talk } }: { app: AppState }) {
  return (
    <Card icon={MessageCircle} title="Try it" text="One click opens a session and sends the message.">
      <div class="suggestions">
        {MESSAGES.map((text) => (
          <button key={text} type="button" class="suggestion" onClick={() => void talk.say(text)}>
            {text}
          </button>
        ))}
        <button
          type="button"
          class="suggestion"
          title="Adds the function get_weather with a canned output"
          onClick={() => {
            addPreset(talk.settings, WEATHER);
            void talk.say(TOOL_MESSAGE);
          }}
        >
          {TOOL_MESSAGE} <span class="hint">calls a tool</span>
        </button>
      </div>
    </Card>
  );
}

function ConnectCard({ app }: { app: AppState }) {
  const [client, setClient] = useState<Client>('openai');
  const server = app.server.value;
  const code = snippetOf(client, {
    origin: location.origin,
    model: server?.default_model ?? 'gpt-realtime',
    needsKey: server?.needs_key ?? app.isLocked.value,
  });
  return (
    <Card icon={Plug} title="Connect your agent" text="This server speaks the Realtime API. Its sessions appear here.">
      <div class="snippet">
        <div class="snippet-head">
          <Tabs label="Client" tabs={CLIENTS} value={client} choose={setClient} />
          <IconButton icon={Copy} label="Copy code" onClick={() => void copyText(code, 'Code')} />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
        <pre tabIndex={0}>{code}</pre>
      </div>
    </Card>
  );
}

function OpenCard({ app }: { app: AppState }) {
  return (
    <Card
      icon={FileText}
      title="Open a log"
      text="A recording, a HAR file, or any log of Realtime events. Nothing leaves this page."
    >
      <div class="drop-zone">
        <p>Drop a file here</p>
        <OpenFile open={(file) => app.open(file)} />
      </div>
      <a class="button" data-rank="quiet" href="#/demo">
        <Icon of={Play} />
        Open the demo session
      </a>
    </Card>
  );
}
