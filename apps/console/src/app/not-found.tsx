import { Anchor, Box } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { PageHead } from '../pieces/page-head';
import { general } from '../words/general';

export function NotFound() {
  return (
    <Box component="main" p="xl">
      <PageHead title={general.notFound} lead={general.notFoundLead} />
      <Anchor component={Link} to="/">
        {general.toHome}
      </Anchor>
    </Box>
  );
}
