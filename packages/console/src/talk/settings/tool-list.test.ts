import { describe, expect, it } from 'vitest';
import { createTalkSettings } from '../talk-settings.ts';
import { WEATHER } from './presets.ts';
import { addFunction, addPreset, addServer, changeTool, removeTool, toolsOf } from './tool-list.ts';

describe('[CO73] the cards of the tools', () => {
  it('are added with names of their own, and changed field by field', () => {
    const settings = createTalkSettings();
    addServer(settings);
    addServer(settings);
    addFunction(settings);
    changeTool(settings, 0, { server_url: undefined, require_approval: 'never' });
    expect(toolsOf(settings)).toEqual([
      { type: 'mcp', server_label: 'server_1', require_approval: 'never' },
      { type: 'mcp', server_label: 'server_2', server_url: '', require_approval: 'always' },
      { type: 'function', name: 'function_1', description: '', parameters: { type: 'object', properties: {} } },
    ]);
  });

  it('keep the fields that they do not show', () => {
    const settings = createTalkSettings();
    settings.tools.value = '[{"type":"mcp","server_label":"a","headers":{"x":"y"}}]';
    changeTool(settings, 0, { server_label: 'b' });
    expect(toolsOf(settings)).toEqual([{ type: 'mcp', server_label: 'b', headers: { x: 'y' } }]);
  });

  it('take a canned output and a credential along to a new name, and a credential goes with its server', () => {
    const settings = createTalkSettings();
    addPreset(settings, WEATHER);
    addServer(settings);
    settings.authorizations.value = { server_1: 'secret' };
    changeTool(settings, 0, { name: 'weather' });
    changeTool(settings, 1, { server_label: 'books' });
    expect(settings.cannedOutputs.value).toEqual({ weather: WEATHER.output });
    expect(settings.authorizations.value).toEqual({ books: 'secret' });
    removeTool(settings, 1);
    expect(settings.authorizations.value).toEqual({});
    removeTool(settings, 0);
    expect(settings.tools.value).toBe('');
  });
});
