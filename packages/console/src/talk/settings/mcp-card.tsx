// The card of an MCP server among the tools: label, address, credential, approval, allowed tools.
// Each change makes the server list its tools, and may send it the credential: fields apply when they are left.

import { displayText } from '../../conversation/display-text.ts';
import type { ToolSettings } from '../talk-settings.ts';
import { CheckedField } from './checked-field.tsx';
import { Choice } from './fields.tsx';
import { ToolCard } from './tool-card.tsx';
import { changeTool, type EditedTool, type ListedTool } from './tool-list.ts';

/** Where the tools come from: the field that says it, or none for a server that the operator configured. */
type Address = 'server_url' | 'connector_id' | 'configured';

const ADDRESSES: Readonly<Record<Address, string>> = {
  server_url: 'server_url',
  connector_id: 'connector_id',
  configured: 'by its label',
};

const CONNECTORS = {
  connector_dropbox: 'Dropbox',
  connector_gmail: 'Gmail',
  connector_googlecalendar: 'Google Calendar',
  connector_googledrive: 'Google Drive',
  connector_microsoftteams: 'Microsoft Teams',
  connector_outlookcalendar: 'Outlook Calendar',
  connector_outlookemail: 'Outlook Email',
  connector_sharepoint: 'SharePoint',
};
type Connector = keyof typeof CONNECTORS;

const APPROVALS = { always: 'always: you approve', never: 'never: without asking' };
const CUSTOM = { custom: 'by tool: see the JSON' };

const addressOf = ({ server_url, connector_id }: ListedTool): Address =>
  connector_id !== undefined ? 'connector_id' : server_url !== undefined ? 'server_url' : 'configured';

export function McpCard({ settings, tool, index, issues }: EditedTool) {
  const change = (fields: ListedTool) => changeTool(settings, index, fields);
  const issueOf = (name: string) => issues.find(({ field }) => field === name)?.message;
  const label = displayText(tool.server_label);
  const address = addressOf(tool);
  return (
    <ToolCard kind="MCP" title={label} name={label} {...{ settings, index }}>
      <div class="field-pair">
        <CheckedField
          isLazy
          {...{ label: 'Label', name: 'server_label', value: label, issue: issueOf('server_label') }}
          change={(text) => change({ server_label: text })}
        />
        <Choice<Address>
          label="Server"
          value={address}
          choices={ADDRESSES}
          choose={(to) =>
            change({
              server_url: to === 'server_url' ? '' : undefined,
              connector_id: to === 'connector_id' ? 'connector_gmail' : undefined,
            })
          }
        />
      </div>
      {address === 'server_url' && (
        <CheckedField
          isLazy
          {...{ label: 'URL', name: 'server_url', type: 'url', placeholder: 'Address of the server' }}
          value={displayText(tool.server_url)}
          issue={issueOf('server_url')}
          change={(text) => change({ server_url: text.trim() })}
        />
      )}
      {address === 'connector_id' && (
        <Choice<Connector>
          label="Connector"
          name="connector_id"
          value={tool.connector_id as Connector}
          choices={CONNECTORS}
          choose={(connector_id) => change({ connector_id })}
        />
      )}
      <Authorization {...{ settings, label }} />
      <Approval {...{ tool, change }} />
      <AllowedTools {...{ tool, change }} />
      {issues
        .filter(({ field }) => field !== 'server_label' && field !== 'server_url')
        .map(({ field, message }) => (
          <p key={field} class="trouble">
            {field}: {message}
          </p>
        ))}
    </ToolCard>
  );
}

/** The credential is in no JSON that is shown, and goes with the page. */
function Authorization({ settings: { authorizations }, label }: { settings: ToolSettings; label: string }) {
  return (
    <CheckedField
      isLazy
      {...{ label: 'Authorization', name: 'authorization', type: 'password', placeholder: 'none' }}
      value={new Map(Object.entries(authorizations.value)).get(label) ?? ''}
      change={(text) => {
        authorizations.value = { ...authorizations.peek(), [label]: text };
      }}
    />
  );
}

interface PartProps {
  readonly tool: ListedTool;
  readonly change: (fields: ListedTool) => void;
}

function Approval({ tool: { require_approval: approval }, change }: PartProps) {
  const isCustom = typeof approval === 'object' && approval !== null;
  return (
    <Choice<string>
      label="Approval"
      name="require_approval"
      value={isCustom ? 'custom' : approval === 'never' ? 'never' : 'always'}
      choices={isCustom ? { ...APPROVALS, ...CUSTOM } : APPROVALS}
      choose={(to) => to !== 'custom' && change({ require_approval: to })}
    />
  );
}

function AllowedTools({ tool: { allowed_tools: allowed }, change }: PartProps) {
  if (typeof allowed === 'object' && allowed !== null && !Array.isArray(allowed))
    return <p class="hint">Allowed tools: by a filter, see the JSON.</p>;
  return (
    <CheckedField
      isLazy
      {...{ label: 'Allowed tools', name: 'allowed_tools', placeholder: 'all; or names, with commas between' }}
      value={Array.isArray(allowed) ? allowed.map(displayText).join(', ') : ''}
      change={(text) => {
        const names = text
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '');
        change({ allowed_tools: names.length > 0 ? names : undefined });
      }}
    />
  );
}
