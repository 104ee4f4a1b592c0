import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Connector, ConnectorPatch, Target, Template } from '../api/shapes';
import { useMay } from '../app/session';
import { NewerVersion, useEdited } from '../pieces/edited';
import { faultsBelow, faultsIn } from '../pieces/faults';
import { ProblemNotice } from '../pieces/notice';
import { TemplateEditor } from '../templates/template-editor';
import { connectorWords as words } from '../words/connectors';
import { general } from '../words/general';
import { type Draft, draftOf, mergePatch } from './draft';
import { LimitsFields } from './limits-fields';
import { SettingsForm } from './settings-form';
import { usePatch } from './use-patch';

interface EditProps {
  connector: Connector;
  target: Target;
}

/** Name, settings, secrets and limits of a stored connector. */
export function ConnectorEdit({ connector, target }: EditProps) {
  const may = useMay();
  const [draft, setDraft] = useState<Draft>(() => draftOf(connector));
  const [limits, setLimits] = useState(connector.limits);
  const changesFrom = ({ name, config, limits: before }: Connector): ConnectorPatch => ({
    ...(draft.name === name ? {} : { name: draft.name }),
    ...asMember('config', mergePatch(config, draft.config)),
    ...asMember('secrets', draft.secrets),
    ...asMember('limits', mergePatch(before, limits)),
  });
  const edited = useEdited(
    connector,
    (from) => Object.keys(changesFrom(from)).length > 0,
    (from) => {
      setDraft(draftOf(from));
      setLimits(from.limits);
    },
  );
  const patch = usePatch(edited.from, edited.restart);
  const changes = changesFrom(edited.from);
  const faults = faultsIn(patch.error, '/patch');
  if (!may('manage')) return <Text>{words.needsManage}</Text>;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        patch.mutate(changes);
      }}
    >
      <Stack>
        <SettingsForm target={target} draft={draft} onChange={setDraft} faults={faults} stored={connector.secrets} />
        <LimitsFields limits={limits} onChange={setLimits} faults={faultsBelow(faults, '/limits')} />
        {patch.isError && <ProblemNotice error={patch.error} />}
        {edited.isStale && <NewerVersion onLoad={() => edited.restart()} />}
        <Button type="submit" w="fit-content" loading={patch.isPending} disabled={Object.keys(changes).length === 0}>
          {general.save}
        </Button>
      </Stack>
    </form>
  );
}

/** The templates of a stored connector, compared with what is saved. */
export function ConnectorTemplates({ connector, target }: EditProps) {
  const may = useMay();
  const [templates, setTemplates] = useState(templatesOf(connector));
  const edited = useEdited(
    connector,
    (from) => Object.keys(mergePatch(templatesOf(from), templates)).length > 0,
    (from) => setTemplates(templatesOf(from)),
  );
  const saved = templatesOf(edited.from);
  const patch = usePatch(edited.from, edited.restart);
  const changes = mergePatch(saved, templates);
  return (
    <Stack>
      <TemplateEditor
        target={target}
        config={connector.config}
        templates={templates}
        saved={saved}
        onChange={setTemplates}
        readOnly={!may('manage')}
      />
      {patch.isError && <ProblemNotice error={patch.error} />}
      {edited.isStale && <NewerVersion onLoad={() => edited.restart()} />}
      {may('manage') && (
        <Button
          w="fit-content"
          loading={patch.isPending}
          disabled={Object.keys(changes).length === 0}
          onClick={() => patch.mutate({ templates: changes as ConnectorPatch['templates'] })}
        >
          {general.save}
        </Button>
      )}
    </Stack>
  );
}

const templatesOf = ({ templates }: Connector): Record<string, Template> => templates;

function asMember(name: string, members: Record<string, unknown>): Record<string, unknown> {
  return Object.keys(members).length === 0 ? {} : { [name]: members };
}
