-- FOR SHARE: nobody takes the lease over between this check and the commit.
SELECT name, epoch, until > clock_timestamp() AS live FROM log_leases WHERE name = ANY ($1::text[]) FOR SHARE
