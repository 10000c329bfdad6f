import Foundation
import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("A message as a tree") struct WireTreeTests {
    private func tree(_ text: String) throws -> WireTree {
        let bytes = Array(text.utf8)
        return try WireTree(bytes.span)
    }

    @Test("gives values by key, in any order, whatever stands beside them")
    func values() throws {
        let tree = try self.tree(
            " { \"skip\" : [1,{\"a\":2}] , \"n\":-12, \"t\":\"x\\u0041\", \"b\":true, \"z\":null, \"list\":[\"1\",2,[]], \"d\":\"1.50\" } "
        )
        let root = tree.root
        #expect(tree.kind(of: root) == .object)
        #expect(try tree.integer(try tree.need("n", in: root)) == -12)
        #expect(try tree.text(try tree.need("t", in: root)) == "xA")
        #expect(tree.equals(try tree.need("t", in: root), "xA"))
        #expect(try tree.boolean(try tree.need("b", in: root)))
        #expect(try tree.find("z", in: root) == nil)
        #expect(try tree.find("a", in: root) == nil)
        let list = try tree.elements(of: try tree.need("list", in: root))
        #expect(list.count == 3)
        #expect(try tree.integer(list[0]) == 1)
        #expect(try tree.integer(list[1]) == 2)
        #expect(try tree.elements(of: list[2]).isEmpty)
        #expect(try tree.amount(try tree.need("d", in: root)) == (try Amount("1.5")))
        #expect(try tree.decimal(try tree.need("d", in: root), unit: DecimalUnit(exponent: -2, limit: 1_000)) == 150)
    }

    @Test("takes every message that a venue has sent")
    func recorded() throws {
        let folder = URL(fileURLWithPath: try Fixture.path("payloads/spot_account.json")).deletingLastPathComponent()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
        #expect(names.count > 25)
        for name in names {
            let bytes = try Fixture.bytes("payloads/\(name)")
            #expect(throws: Never.self, "\(name)") { try WireTree(bytes.span) }
        }
    }

    @Test(
        "refuses what is no JSON",
        arguments: [
            "", " ", "{", "[", "}", "{]", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1 2]", "1 1", "\"a", "tru",
            "01",
            "-", "{1:2}", "[}", "\u{1}",
        ])
    func broken(text: String) { #expect(throws: WireError.self) { try self.tree(text) } }

    @Test("takes a single value as a message", arguments: ["1", "\"\"", "true", "null", "{}", "[]"])
    func single(text: String) throws { _ = try self.tree(text) }

    @Test("bounds nesting and the number of values")
    func bounds() {
        let deep = String(repeating: "[", count: WireLimits.nesting) + String(repeating: "]", count: WireLimits.nesting)
        #expect(throws: Never.self) { try self.tree(deep) }
        #expect(throws: WireError(.nesting, at: WireLimits.nesting)) { try self.tree("[" + deep + "]") }
        let many = "[" + String(repeating: "1,", count: WireTree.mostValues) + "1]"
        #expect(throws: WireError.self) { try self.tree(many) }
        let vast = [UInt8](repeating: UInt8(ascii: " "), count: WireLimits.messageBytes + 1)
        #expect(throws: WireError(.tooLong, at: WireLimits.messageBytes)) { try WireTree(vast.span) }
    }

    @Test("says what it misses, and refuses a key that stands twice")
    func keys() throws {
        let tree = try self.tree("{\"a\":1,\"b\":{\"a\":2},\"c\":1,\"c\":2}")
        #expect(try tree.integer(try tree.need("a", in: try tree.need("b", in: tree.root))) == 2)
        #expect(throws: WireError.self) { try tree.need("x", in: tree.root) }
        #expect(throws: WireError.self) { try tree.find("c", in: tree.root) }
        #expect(throws: WireError.self) { try tree.find("a", in: try tree.need("a", in: tree.root)) }
        #expect(throws: WireError.self) { try tree.elements(of: tree.root) }
    }
}
