import {
  ActionIcon,
  AppShell,
  Burger,
  Button,
  Group,
  Menu,
  NavLink,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouter, useRouterState } from '@tanstack/react-router';
import { api } from '../api/client';
import { problemOf } from '../api/problem';
import { sessionQuery } from '../api/queries';
import { Icon } from '../pieces/icons';
import { When } from '../pieces/when';
import { SignInAgain } from '../sign-in/sign-in-again';
import { general } from '../words/general';
import { Held } from './held';
import { Keyboard } from './keyboard';
import { openPalette, Palette } from './palette';
import { places } from './places';
import { useMay } from './session';

/** The frame of every page behind the sign-in: head, navigation, content. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure();
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="lg"
    >
      <a className="skip-link" href="#content">
        {general.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={general.menu} />
            <img src="/waybill.svg" alt="" width={24} height={24} />
            <Text fw={700} visibleFrom="xs">
              {general.product}
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button variant="default" size="xs" onClick={openPalette} leftSection={<Icon name="search" size={14} />}>
              {general.searchShort}
              <Text span size="xs" c="dimmed" ml="sm" visibleFrom="sm">
                Ctrl K
              </Text>
            </Button>
            <Keyboard />
            <ColorSwitch />
            <SignOut />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={general.navigation}>
        <Navigation onGo={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
        <Held />
        <Outlet />
      </AppShell.Main>
      <Palette />
      <SignInAgain />
    </AppShell>
  );
}

function Navigation({ onGo }: { onGo: () => void }) {
  const may = useMay();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const tenant = useQuery(sessionQuery).data?.tenant;
  return (
    <>
      {places
        .filter(({ scopes }) => scopes.every(may))
        .map(({ to, label, icon }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            leftSection={<Icon name={icon} size={18} />}
            active={to === '/' ? path === '/' : path.startsWith(to)}
            aria-current={(to === '/' ? path === '/' : path.startsWith(to)) ? 'page' : undefined}
            onClick={onGo}
          />
        ))}
      <NavLink href="/docs" label={general.nav.api} leftSection={<Icon name="api" size={18} />} />
      <Text size="xs" c="dimmed" mt="auto" p="xs">
        {tenant === undefined ? '' : general.tenant(tenant)}
      </Text>
    </>
  );
}

function ColorSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const label = scheme === 'dark' ? general.toLight : general.toDark;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size="md"
        aria-label={label}
        onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
      >
        <Icon name={scheme === 'dark' ? 'sun' : 'moon'} />
      </ActionIcon>
    </Tooltip>
  );
}

/** Out of this browser, or out of every one that signed in with the same key. */
function SignOut() {
  const queries = useQueryClient();
  const router = useRouter();
  const session = useQuery(sessionQuery).data;
  const end = useMutation({
    mutationFn: (isEverywhere: boolean) =>
      api('DELETE /v1/session', { query: { everywhere: isEverywhere ? 'true' : undefined } }),
    onSuccess: async () => {
      queries.clear();
      await router.navigate({ to: '/sign-in' });
    },
    // A browser that believes it is signed out while it is not is the worse end of the two.
    onError: (error) => notifications.show({ color: 'red', message: problemOf(error).title }),
  });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Tooltip label={general.signOut}>
          <ActionIcon variant="default" size="md" aria-label={general.signOut} loading={end.isPending}>
            <Icon name="signOut" />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {session !== undefined && (
          <Menu.Label>
            {general.signedInUntil} <When at={session.endsAt} />
          </Menu.Label>
        )}
        <Menu.Item onClick={() => end.mutate(false)}>{general.signOutHere}</Menu.Item>
        <Menu.Item onClick={() => end.mutate(true)}>{general.signOutEverywhere}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
