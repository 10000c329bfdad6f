import CTerrace
import Testing

@testable import TerraceBus

@Suite("Our reader of Redis' protocol, beside hiredis") struct RedisReaderTests {
    /// What ours finds from the begin on, up to what is not whole or what it refuses.
    static func ours(_ bytes: [UInt8]) -> (replies: [RedisReply], refused: Bool) {
        var replies: [RedisReply] = []
        var place = 0
        do {
            while true {
                switch try RedisReader.next(bytes.span, from: place) {
                case .incomplete: return (replies, false)
                case .message(let channel, let payload, let end):
                    // Which of the two words it was stands in front.
                    let word = bytes[place + 5] == UInt8(ascii: "7") ? "message" : "smessage"
                    replies.append(
                        .array([.bytes(Array(word.utf8)), .bytes(Array(bytes[channel])), .bytes(Array(bytes[payload]))])
                    )
                    place = end
                case .reply(let reply, let end):
                    replies.append(reply)
                    place = end
                }
            }
        } catch { return (replies, true) }
    }

    static func theirs(_ bytes: [UInt8]) throws -> (replies: [RedisReply], refused: Bool) {
        let reader = try #require(HiredisReader())
        var replies: [RedisReply] = []
        do {
            try reader.feed(bytes)
            while let reply = try reader.next() { replies.append(reply) }
            return (replies, false)
        } catch { return (replies, true) }
    }

    static func encoded(_ random: inout MarketFlow, depth: Int = 0) -> [UInt8] {
        func text(_ bytes: [UInt8]) -> [UInt8] { Array("$\(bytes.count)\r\n".utf8) + bytes + [13, 10] }
        func bytes() -> [UInt8] { (0..<random.next(40)).map { _ in UInt8(random.next(256)) } }
        switch random.next(depth < 4 ? 9 : 6) {
        case 0: return Array("+OK \(random.next(1_000))\r\n".utf8)
        case 1: return Array("-ERR something \(random.next(1_000))\r\n".utf8)
        case 2: return Array(":\(random.next(2_000_001) - 1_000_000)\r\n".utf8)
        case 3: return text(bytes())
        case 4: return Array((random.next(2) == 0 ? "$-1\r\n" : "*-1\r\n").utf8)
        case 5:
            return Array("*3\r\n".utf8) + text(Array((random.next(2) == 0 ? "message" : "smessage").utf8))
                + text(bytes())
                + text(bytes())
        default:
            let count = random.next(5)
            return (0..<count).reduce(into: Array("*\(count)\r\n".utf8)) { all, _ in
                all += self.encoded(&random, depth: depth + 1)
            }
        }
    }

    @Test("finds the same replies in any stream, wherever it is cut", arguments: 1...20 as ClosedRange<UInt64>)
    func agree(seed: UInt64) throws {
        var random = MarketFlow(instruments: 0, seed: seed)
        for _ in 0..<30 {
            let stream = (0..<(1 + random.next(6))).reduce(into: [UInt8]()) { all, _ in all += Self.encoded(&random) }
            let whole = Self.ours(stream)
            #expect(!whole.refused)
            for cut in [stream.count, random.next(stream.count), random.next(stream.count), random.next(stream.count)] {
                let bytes = Array(stream.prefix(cut))
                let (ours, theirs) = (Self.ours(bytes), try Self.theirs(bytes))
                #expect(ours.replies == theirs.replies && !ours.refused && !theirs.refused, "\(bytes)")
            }
        }
    }

    @Test(
        "takes nothing from a damaged stream that hiredis does not take, and the same from it",
        arguments: 1...20 as ClosedRange<UInt64>)
    func damaged(seed: UInt64) throws {
        var random = MarketFlow(instruments: 0, seed: seed &* 31)
        let telling = Array("*$:+-\r\n0123456789ms".utf8)
        var refused = 0
        for _ in 0..<300 {
            var stream = (0..<(1 + random.next(4))).reduce(into: [UInt8]()) { all, _ in all += Self.encoded(&random) }
            for _ in 0..<(1 + random.next(3)) {
                let place = random.next(stream.count)
                switch random.next(3) {
                case 0: stream[place] = telling[random.next(telling.count)]
                case 1: stream.insert(telling[random.next(telling.count)], at: place)
                default: if stream.count > 1 { stream.remove(at: place) }
                }
            }
            let (ours, theirs) = (Self.ours(stream), try Self.theirs(stream))
            if ours.refused { refused += 1 }
            #expect(ours.replies.count <= theirs.replies.count, "\(stream)")
            #expect(Array(theirs.replies.prefix(ours.replies.count)) == ours.replies, "\(stream)")
        }
        #expect(refused > 30)
    }

    @Test("points at a published message where hiredis makes objects of it")
    func allocations() throws {
        let payload = [UInt8](repeating: 0xB7, count: 300)
        var one = Array("*3\r\n$7\r\nmessage\r\n$28\r\nterrace:{venue:BTCUSDT0}:md:\r\n$300\r\n".utf8)
        one += payload + [13, 10]
        let count = 1_000
        let stream = (0..<count).reduce(into: [UInt8]()) { all, _ in all += one }
        var place = 0
        var found = 0
        let before = cterrace_allocations()
        while case .message(_, let range, let end) = try RedisReader.next(stream.span, from: place) {
            found += range.count == 300 ? 1 : 0
            place = end
        }
        let ours = cterrace_allocations() - before
        #expect(found == count && ours == 0)
        let reader = try #require(HiredisReader())
        try reader.feed(stream)
        let start = cterrace_allocations()
        let theirs = reader.skip(count)
        #expect(theirs == count)
        #expect((cterrace_allocations() - start) / UInt64(count) == 8)
    }
}
