-- Read models live in schemas of their own (rm_<name>), made and rebuilt by the service itself.
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO %I', current_database(), :appRoleText); END $$
