import Testing

@testable import TerraceBus

@Suite("An address of Redis") struct RedisAddressTests {
    @Test(
        "says who we are, and may leave what proves it to another place",
        arguments: [
            ("redis://h", nil, nil), ("redis://run@h", "run", nil), ("redis://:word@h", nil, "word"),
            ("redis://run:word@h", "run", "word"), ("redis://r%40n:w%3Ard@h", "r@n", "w:rd"),
            ("redis://r%40n@h", "r@n", nil),
        ] as [(String, String?, String?)])
    func credentials(text: String, user: String?, password: String?) throws {
        let address = try RedisAddress(text)
        #expect(address.user == user && address.password?.text == password && address.host == "h")
        let given = address.with(password: RedisPassword("given"))
        #expect(given.user == user && given.password?.text == password ?? "given")
    }

    @Test(
        "without a user before the @, or with an empty password, is none", arguments: ["@h", ":@h", "run:@h", "%zz@h"])
    func refused(rest: String) {
        #expect(throws: RedisAddressError.badCredentials) { try RedisAddress("redis://\(rest)") }
    }
}
