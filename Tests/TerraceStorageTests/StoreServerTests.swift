import Testing

@Suite("The PostgreSQL of tests") struct StoreServerTests {
    @Test("gives each test a database, and outlives being killed")
    func databases() throws {
        let server = try PostgresServer.shared()
        #expect(try server.newDatabase() != server.newDatabase())
        let own = try PostgresServer(settings: ["work_mem=5MB"])
        try own.run("create table facts (number integer); insert into facts values (7)")
        try own.kill()
        #expect(throws: PostgresServer.Failure.self) { try own.run("select 1") }
        try own.start()
        #expect(try own.run("select number, current_setting('work_mem') from facts") == [["7", "5MB"]])
    }
}
