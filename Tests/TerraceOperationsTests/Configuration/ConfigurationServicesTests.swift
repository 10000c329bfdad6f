import Testing

@testable import TerraceOperations

@Suite("Journal, store and bus, by the configuration") struct ConfigurationServicesTests {
    private static func services(_ text: String) throws -> ServicesConfiguration {
        try DeskConfiguration.parse(text + "\n" + ConfigurationSamples.desk, file: "desk.yml").services
    }

    @Test("need no word: files in a folder beside, and each run connects to the venues itself") func defaults() throws {
        let services = try Self.services("")
        #expect(services == ServicesConfiguration())
        #expect(services.journalFolder == "terrace-data/journal" && services.store.location == nil)
        #expect(!services.store.isServer && !services.bus.isShared)
        #expect(try Self.services("bus: embedded") == services)
    }

    @Test("are taken as an address, or as a mapping with more") func taken() throws {
        let short = try Self.services(
            "data: /var/lib/terrace\nstore: postgres://terrace@db:5433/desk\nbus: redis://127.0.0.1:6379")
        #expect(short.folder == "/var/lib/terrace" && short.store.location == "postgres://terrace@db:5433/desk")
        #expect(short.store.isServer && short.bus.addresses == ["redis://127.0.0.1:6379"])
        #expect(try Self.services("bus: rediss://run@a").bus.addresses == ["rediss://run@a"])
        let long = try Self.services(
            """
            journal: { segment_megabytes: 8, keep_megabytes: 100 }
            store: { url: "postgresql://db/desk", password_env: DB_PASSWORD, keep_trades_days: 2, keep_buckets_days: 30 }
            bus: { url: "rediss://a:1,rediss://b:2", password_env: REDIS_PASSWORD, ca_file: root.pem, feed: two, lag_limit_seconds: 0.2 }
            """)
        #expect(long.journal.segmentBytes == 8_000_000 && long.journal.keptBytes == 100_000_000)
        #expect(
            long.store.passwordVariable == "DB_PASSWORD" && long.store.tradeDays == 2 && long.store.bucketDays == 30)
        #expect(
            long.bus.addresses == ["rediss://a:1", "rediss://b:2"] && long.bus.passwordVariable == "REDIS_PASSWORD")
        #expect(long.bus.certificateFile == "root.pem" && long.bus.feed == "two")
        #expect(long.bus.lagLimitNanoseconds == 200_000_000)
    }

    @Test(
        "are refused with the place and the remedy",
        arguments: [
            (
                "store: mysql://db/desk",
                "1:8: \"store\" must be the path of a file, or postgres://USER@HOST:PORT/DATABASE"
            ),
            (
                "store: { password_env: X }",
                "1:10: \"password_env\" in store is for a store at postgres://, and this one is a file"
            ),
            (
                "bus: { feed: main }", "1:6: missing key \"url\" in bus"
            ),
            (
                "bus: nats://a",
                "1:6: \"bus\" must be embedded, or redis://HOST:PORT or rediss://HOST:PORT, several with commas between them, "
                    + "not \"nats://a\""
            ),
            (
                "bus: redis://127.0.0.1:99999",
                "1:6: \"bus\": the port in the address of Redis is a number from 1 to 65535"
            ),
            (
                "bus: redis://127.0.0.1:6379/abc",
                "1:6: \"bus\": the database in the address of Redis is a number from 0 to 1023"
            ),
            (
                "bus: { url: redis:// }",
                "1:13: \"url\" in bus: the host in the address of Redis is missing or no host, as in redis://127.0.0.1:6379"
            ),
            (
                "bus: redis://127.0.0.1,redis://127.0.0.1:6379",
                "1:6: \"bus\": the address of Redis 127.0.0.1:6379 is there twice"
            ),
            (
                "bus: { url: embedded, password_env: X }",
                "1:23: \"password_env\" in bus is for a bus at redis:// or rediss://, and this one is embedded"
            ),
            (
                "bus: { url: redis://localhost, feed: A B }",
                "1:38: \"feed\" in bus must be 1 to 32 small letters, digits, - and _, not \"A B\""
            ),
            (
                "journal: { segment_megabytes: 64, keep_megabytes: 100 }",
                "1:35: \"keep_megabytes\" in journal must be at least twice \"segment_megabytes\", which is 64"
            ),
            ("data: redis://a", "1:7: \"data\" in the file must be the path of a folder, not \"redis://a\""),
        ])
    func refused(text: String, message: String) {
        #expect(ConfigurationSamples.messages(text + "\n" + ConfigurationSamples.desk) == ["desk.yml:" + message])
    }

    @Test(
        "never show a password that stands in the file",
        arguments: [
            "store: postgres://me:hunter2@db/desk", "store: \"host=db password=hunter2\"",
            "store: \"dbname=hunter2\"", "store: { url: \"user = me PassWord = hunter2\" }",
            "store: me:hunter2@db/desk",
            "store: postgres://db/desk?hunter2=1&x", "store: \"terrace.sqlite?password=hunter2\"",
            "store: { url: postgres://db/desk?password=hunter2 }",
            "bus: redis://:hunter2@a", "bus: redis://a,redis://:hunt/er2@b",
            "bus: { url: redis://a, password: hunter2 }",
            "store: { url: postgres://db/desk, password_env: hunter2 }",
        ])
    func secret(text: String) {
        let messages = ConfigurationSamples.messages(text + "\n" + ConfigurationSamples.desk)
        #expect(messages.count >= 1)
        #expect(messages.allSatisfy { !$0.contains("hunt") })
    }

    @Test(
        "refuse the URL of a store that could never be reached, before anything is tried",
        arguments: [
            ("postgres://u@h:99999/x", "port"), ("postgres://", "names no database"),
            ("postgres://db", "names no database"),
            ("postgres://db/x?nosuch=1", "nosuch"), ("postgres://db/x?sslmode=bogus", "sslmode"),
            ("postgres://a,b/x", "single host"),
        ])
    func wrongURL(url: String, what: String) {
        for text in ["store: \(url)", "store: { url: \"\(url)\" }"] {
            let messages = ConfigurationSamples.messages(text + "\n" + ConfigurationSamples.desk)
            #expect(messages.count == 1 && messages[0].contains(what), "\(messages)")
            #expect(!messages[0].contains("user:password"))
        }
    }

    @Test("say one thing of a URL that is refused") func refusedOnce() {
        let messages = ConfigurationSamples.messages(
            "store: { url: postgres://me:hunter2@db/desk, password_env: X }\n" + ConfigurationSamples.desk)
        #expect(messages.count == 1 && messages[0].contains("holds a password"), "\(messages)")
    }

    @Test("warn where prices come in the clear from another machine") func clear() throws {
        let desk = try DeskConfiguration.parse(
            "bus: redis://10.0.0.7:6379\n" + ConfigurationSamples.desk, file: "desk.yml")
        #expect(desk.warnings.contains { $0.message.contains("without encryption") })
        let near = try DeskConfiguration.parse(
            "bus: redis://127.0.0.1:1\n" + ConfigurationSamples.desk, file: "desk.yml")
        #expect(!near.warnings.contains { $0.message.contains("without encryption") })
    }

    @Test("take their passwords from the environment, and leave none there") func passwords() throws {
        let services = try Self.services(
            "store: { url: postgres://db/desk, password_env: A }\nbus: { url: redis://localhost, password_env: B }")
        final class Box { var values = ["A": "one two", "B": "three", "C": "four"] }
        let box = Box()
        let environment = KeyEnvironment(value: { box.values[$0] }, remove: { box.values[$0] = nil })
        let passwords = try ServicePasswords.load(services, from: environment)
        #expect(passwords.store == "one two" && passwords.bus == "three" && box.values == ["C": "four"])
        #expect(throws: KeyError.passwordMissing(key: "store.password_env", variable: "A")) {
            try ServicePasswords.load(services, from: environment)
        }
    }
}
