import { Anchor, Badge, Button, Card, Group, Progress, SimpleGrid, Stack, Text } from '@mantine/core';
import { useId } from '../app/use-id';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../api/client';
import { connectorsQuery, jobQuery, namesOf, subscriptionsQuery } from '../api/queries';
import type { Job } from '../api/shapes';
import { useMay } from '../app/session';
import { Actor } from '../pieces/actor';
import { Answer, ProblemNotice } from '../pieces/notice';
import { PageHead } from '../pieces/page-head';
import { Status } from '../pieces/status';
import { When } from '../pieces/when';
import { deliveryWords, redeliveryWords as words } from '../words/deliveries';

/** How a job stands; the page stays as its report. */
export function JobPage() {
  const id = useId();
  const job = useQuery(jobQuery(id));
  return (
    <>
      <PageHead title={words.job} lead={words.jobLead} above={{ to: '/jobs', label: words.jobs }} />
      <Answer of={job}>{(found) => <Shown job={found} />}</Answer>
    </>
  );
}

function Shown({ job }: { job: Job }) {
  const ended = job.done + job.failed + job.skipped;
  const figures: [string, string | number][] = [
    [words.done, job.done],
    [words.failed, job.failed],
    [words.skipped, job.skipped],
    [words.rate, job.ratePerSecond?.toFixed(1) ?? '–'],
    [words.eta, job.etaSeconds === null ? '–' : words.seconds(job.etaSeconds)],
  ];
  return (
    <Stack maw={760}>
      <Group>
        <Status of={job.state} size="lg" />
        <Text role="status">{words.progress(ended, job.total)}</Text>
        <JobActs job={job} />
      </Group>
      <Progress
        value={job.total === 0 ? 100 : (ended / job.total) * 100}
        size="xl"
        aria-label={words.progress(ended, job.total)}
      />
      <SimpleGrid cols={{ base: 2, sm: 5 }}>
        {figures.map(([label, value]) => (
          <Card key={label} withBorder padding="sm">
            <Text size="sm" c="dimmed">
              {label}
            </Text>
            <Text fw={700} fz="lg">
              {value}
            </Text>
          </Card>
        ))}
      </SimpleGrid>
      <Asked job={job} />
    </Stack>
  );
}

/** What was asked for, by whom, and the deliveries that it is about. */
function Asked({ job }: { job: Job }) {
  const filter = filterOf(job);
  const names = useNames();
  return (
    <Card withBorder padding="md">
      <Text fw={600} mb="xs">
        {words.asked}
      </Text>
      <Group gap="xs" mb="xs">
        {Object.entries(filter).map(([name, value]) => (
          <Badge key={name} variant="default" tt="none" size="lg">
            {deliveryWords.filters[name as keyof typeof deliveryWords.filters] ?? name}: {names.get(value) ?? value}
          </Badge>
        ))}
      </Group>
      <Text size="sm" c="dimmed">
        {words.askedBy} <Actor of={job.createdBy} />, {job.createdAt !== undefined && <When at={job.createdAt} />} ·{' '}
        {deliveryWords.modes[job['mode'] as 'same-bytes' | 'render-again']?.[0]}
      </Text>
      <Anchor component={Link} to="/deliveries" search={filter as never} size="sm">
        {words.showDeliveries}
      </Anchor>
    </Card>
  );
}

/** What a filter is about in one line, by the names of things. */
export function FilterWords({ filter }: { filter: Record<string, string> }) {
  const names = useNames();
  return (
    <>
      {Object.values(filter)
        .map((value) => names.get(value) ?? value)
        .join(' · ')}
    </>
  );
}

function useNames(): ReadonlyMap<string, string> {
  return namesOf(useQuery(connectorsQuery()).data?.items, useQuery(subscriptionsQuery()).data?.items);
}

/** Who watches a list of jobs wants to know what each is about. */
export function filterOf(job: Job): Record<string, string> {
  return Object.fromEntries(
    Object.entries((job['filter'] ?? {}) as Record<string, unknown>).map(([name, value]) => [name, String(value)]),
  );
}

function JobActs({ job }: { job: Job }) {
  const may = useMay();
  const queries = useQueryClient();
  const { id } = job;
  const act = useMutation({
    mutationFn: (what: 'pause' | 'resume' | 'cancel') =>
      api(`POST /v1/jobs/{id}/${what}`, { params: { id }, body: {} }),
    onSuccess: () => queries.invalidateQueries({ queryKey: jobQuery(id).queryKey }),
  });
  if (!may('redeliver') || job.state === 'done' || job.state === 'cancelled') return null;
  return (
    <>
      <Button
        size="xs"
        variant="default"
        loading={act.isPending}
        onClick={() => act.mutate(job.state === 'paused' ? 'resume' : 'pause')}
      >
        {job.state === 'paused' ? words.resume : words.pause}
      </Button>
      <Button size="xs" variant="default" loading={act.isPending} onClick={() => act.mutate('cancel')}>
        {words.cancel}
      </Button>
      {act.isError && <ProblemNotice error={act.error} />}
    </>
  );
}
