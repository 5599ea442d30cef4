using RecSys.TestKit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
