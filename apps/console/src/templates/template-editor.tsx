import {
  Alert,
  Badge,
  Box,
  Button,
  Grid,
  Group,
  List,
  NativeSelect,
  SegmentedControl,
  Stack,
  Switch,
  Text,
} from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { notificationQuery, notificationsQuery, typesQuery } from '../api/queries';
import type { Target, Template } from '../api/shapes';
import { CodeBlock, prettyJson } from '../pieces/code-block';
import { CodeEditor } from '../pieces/code-editor';
import { ProblemNotice } from '../pieces/notice';
import { relativeTo } from '../pieces/when';
import { templateWords as words } from '../words/connectors';
import { AsShown } from './as-shown';
import { pathsIn } from './payload-paths';
import { type Preview, usePreview } from './use-preview';

interface TemplateEditorProps {
  target: Target;
  config: Record<string, unknown>;
  templates: Record<string, Template>;
  /** As they are stored, to compare with. */
  saved?: Record<string, Template>;
  onChange: (templates: Record<string, Template>) => void;
  readOnly?: boolean;
}

const recentShown = 20;
const builtIn = 'built-in';

/** Template, sample and result side by side; the result comes from the server's own renderer, as a delivery would. */
export function TemplateEditor({
  target,
  config,
  templates,
  saved = {},
  onChange,
  readOnly = false,
}: TemplateEditorProps) {
  const types = useQuery(typesQuery).data?.items ?? [];
  const [type, setType] = useState('incident');
  const [isComparing, setComparing] = useState(false);
  const fallback = target.templates[type] ?? target.templates['generic'];
  const template: Template = templates[type] ?? fallback ?? { format: 'json', body: '{}' };
  const before = saved[type] ?? fallback;
  const sample = useSample(type, types.find((one) => one.type === type)?.sample ?? {});
  const preview = usePreview({ target: target.id, config, template, type, sampleText: sample.text });
  const paths = useMemo(() => pathsIn(sample.text), [sample.text]);
  const set = (next: Template): void => onChange({ ...templates, [type]: next });
  const reset = (): void => onChange(Object.fromEntries(Object.entries(templates).filter(([name]) => name !== type)));
  return (
    <Stack>
      <Group align="flex-end">
        <NativeSelect
          label={words.type}
          value={type}
          onChange={(event) => setType(event.currentTarget.value)}
          data={types.length === 0 ? [type] : types.map((one) => ({ value: one.type, label: one.title }))}
        />
        <Choices template={template} sample={sample} readOnly={readOnly} onChange={set} />
        <Origin isOwn={type in templates} onReset={readOnly ? undefined : reset} />
        <Switch
          label={words.compare}
          checked={isComparing}
          onChange={(event) => setComparing(event.currentTarget.checked)}
          mb={6}
        />
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Pane title={words.template}>
            <CodeEditor
              label={words.template}
              value={template.body}
              onChange={(body) => body !== template.body && set({ ...template, body })}
              readOnly={readOnly}
              faults={preview.faults}
              paths={paths}
              compareWith={isComparing ? before?.body : undefined}
            />
          </Pane>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Pane title={words.sample}>
            <CodeEditor label={words.sample} value={sample.text} onChange={sample.setText} />
          </Pane>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Result target={target.id} preview={preview} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

interface ChoicesProps {
  template: Template;
  sample: ReturnType<typeof useSample>;
  readOnly: boolean;
  onChange: (template: Template) => void;
}

function Choices({ template, sample, readOnly, onChange }: ChoicesProps) {
  return (
    <>
      <NativeSelect
        label={words.format}
        value={template.format}
        disabled={readOnly}
        onChange={(event) => onChange({ ...template, format: event.currentTarget.value as Template['format'] })}
        data={Object.entries(words.formats).map(([value, label]) => ({ value, label }))}
      />
      <NativeSelect
        label={words.sampleFrom}
        value={sample.chosen}
        onChange={(event) => sample.choose(event.currentTarget.value)}
        data={sample.choices}
      />
    </>
  );
}

/** Whether this type has a template of the connector's own, and the way back to the target's. */
function Origin({ isOwn, onReset }: { isOwn: boolean; onReset: (() => void) | undefined }) {
  return (
    <>
      <Badge variant="light" tt="none" color={isOwn ? 'cyan' : 'gray'} mb={6}>
        {isOwn ? words.custom : words.isDefault}
      </Badge>
      {isOwn && onReset !== undefined && (
        <Button variant="default" onClick={onReset}>
          {words.reset}
        </Button>
      )}
    </>
  );
}

function Pane({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Box>
      <Text fw={600} size="sm" mb={4}>
        {title}
      </Text>
      {children}
    </Box>
  );
}

/** The sample to render with: built in, one of the last real ones, or whatever is typed. */
function useSample(type: string, sample: object) {
  const [chosen, choose] = useState(builtIn);
  const [text, setText] = useState('{}');
  const recent = useInfiniteQuery(notificationsQuery({ type }, recentShown));
  const isReal = chosen !== builtIn;
  const real = useQuery({ ...notificationQuery(chosen), enabled: isReal }).data?.payload;
  const source = JSON.stringify(isReal ? (real ?? {}) : sample, null, 2);
  useEffect(() => setText(source), [source]);
  useEffect(() => choose(builtIn), [type]);
  const choices = [
    { value: builtIn, label: words.sampleBuiltIn },
    ...(recent.data?.pages[0]?.items ?? []).map(({ id, recordedAt }) => ({
      value: id,
      label: words.sampleRecent(relativeTo(recordedAt, Date.now()), id),
    })),
  ];
  return { chosen, choose, text, setText, choices };
}

function Result({ target, preview }: { target: string; preview: Preview }) {
  const [view, setView] = useState<'shown' | 'raw'>('shown');
  const { rendered, error } = preview;
  return (
    <Stack gap="xs">
      <SegmentedControl
        value={view}
        onChange={(next) => setView(next)}
        data={[
          { value: 'shown', label: words.asShown },
          { value: 'raw', label: words.raw },
        ]}
        aria-label={words.result}
        size="xs"
      />
      {error !== null && <ProblemNotice error={error} />}
      {rendered !== null && (
        <Box style={{ opacity: error === null ? 1 : 0.6 }}>
          {view === 'shown' ? (
            <AsShown target={target} body={rendered.request.body ?? ''} />
          ) : (
            <CodeBlock
              label={`${rendered.request.method ?? ''} ${rendered.request.url ?? ''}`}
              text={rawText(rendered.request.headers ?? {}, rendered.request.body ?? '')}
            />
          )}
        </Box>
      )}
      {rendered !== null && error === null && (rendered.missing.length > 0 || rendered.warnings.length > 0) && (
        <Alert color="yellow" variant="light" title={words.warnings}>
          <List size="sm">
            {(rendered.warnings.length > 0 ? rendered.warnings : rendered.missing).map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Text size="xs" c="dimmed" role="status">
        {preview.tookMs === null ? '' : words.took(preview.tookMs)}
      </Text>
    </Stack>
  );
}

function rawText(headers: Record<string, string>, body: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${lines.join('\n')}\n\n${prettyJson(body)}`;
}
