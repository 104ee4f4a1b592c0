import { Button, Group, Stack, Stepper } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { targetsQuery } from '../api/queries';
import type { ConnectorCreate, Target } from '../api/shapes';
import { usePageState } from '../app/search';
import { useMay } from '../app/session';
import { faultsIn } from '../pieces/faults';
import { Answer, Empty, ProblemNotice } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { TemplateEditor } from '../templates/template-editor';
import { connectorWords as words } from '../words/connectors';
import { general } from '../words/general';
import { CreatedConnector, Review } from './connector-review';
import { type Draft, emptyDraft } from './draft';
import { SettingsForm } from './settings-form';
import { TargetGallery } from './target-gallery';
import { TestPanel } from './test-panel';

const lastStep = words.wizard.steps.length - 1;

/** From choosing a target to a connector. Step and target stand in the address; going back loses nothing that was entered. */
export function ConnectorWizard() {
  const may = useMay();
  const targets = useQuery(targetsQuery);
  return (
    <>
      <PageHead title={words.wizard.title} above={{ to: '/connectors', label: words.title }} />
      {may('manage') ? (
        <Answer of={targets}>{({ items }) => <Wizard targets={items} />}</Answer>
      ) : (
        <Empty title={general.noScope('manage')} />
      )}
    </>
  );
}

function Wizard({ targets }: { targets: Target[] }) {
  const [state, change] = usePageState();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>({ ...emptyDraft, target: state['target'] ?? '' });
  const target = targets.find(({ id }) => id === state['target']);
  const step = target === undefined ? 0 : Math.min(lastStep, Math.max(0, Number(state['step'] ?? 1) || 0));
  const create = useMutation({
    mutationFn: () => api('POST /v1/connectors', { body: bodyOf(draft) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['connectors'] }),
  });
  const faults = faultsIn(create.error);
  const choose = (id: string): void => {
    const chosen = targets.find((one) => one.id === id);
    // What was entered for another target does not fit this one; the name does.
    const name = draft.name === '' ? (chosen?.name ?? '') : draft.name;
    if (id !== draft.target) setDraft({ ...emptyDraft, target: id, name });
    change({ target: id, step: '1' });
  };
  const go = (to: number): void => change({ step: String(to) });
  if (create.data !== undefined) return <CreatedConnector connector={create.data} />;
  return (
    <Stack gap="xl">
      <Stepper active={step} onStepClick={go} size="sm" allowNextStepsSelect={target !== undefined}>
        {words.wizard.steps.map((label) => (
          <Stepper.Step key={label} label={label} />
        ))}
      </Stepper>
      {target === undefined || step === 0 ? (
        <TargetGallery targets={targets} onChoose={choose} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (step < lastStep) go(step + 1);
            else create.mutate();
          }}
        >
          {step === 1 && <SettingsForm target={target} draft={draft} onChange={setDraft} faults={faults} />}
          {step === 2 && (
            <TemplateEditor
              target={target}
              config={draft.config}
              templates={draft.templates}
              onChange={(templates) => setDraft({ ...draft, templates })}
            />
          )}
          {step === 3 && (
            <TestPanel
              connectionTest={target.connectionTest}
              send={(wish) => api('POST /v1/connectors/test', { body: { connector: bodyOf(draft), ...wish } })}
            />
          )}
          {step === lastStep && <Review target={target} draft={draft} />}
          {create.isError && <ProblemNotice error={create.error} />}
          <Group mt="xl">
            <Button variant="default" onClick={() => go(step - 1)}>
              {general.back}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {step === lastStep ? words.wizard.create : step === 3 ? words.wizard.steps[4] : general.next}
            </Button>
          </Group>
        </form>
      )}
    </Stack>
  );
}

/** The body of a create; a config without members is left out where the target has none. */
export function bodyOf(draft: Draft): ConnectorCreate {
  const { target, name, config, secrets, templates } = draft;
  return { target, name, config, secrets, templates } as ConnectorCreate;
}
