import Foundation
import TerraceCore
import Testing

@testable import TerraceVenues

@Suite("A recording") struct RecordingReaderTests {
    private func read(_ files: [String]) throws -> [String] {
        var reader = RecordingReader(files: files)
        var records: [String] = []
        while try reader.next() {
            let url = String(decoding: reader.buffer[reader.url], as: UTF8.self)
            let text = String(decoding: reader.buffer[reader.text], as: UTF8.self)
            records.append("\(reader.time.nanoseconds) \(reader.kind) \(url)|\(text)")
        }
        return records
    }

    private func error(_ name: String, _ content: [UInt8]) throws -> (RecordingError?, path: String) {
        try Fixture.withFile(name, content) { path in
            do {
                _ = try self.read([path])
                return (nil, path)
            } catch {
                return (error as? RecordingError, path)
            }
        }
    }

    @Test("is read record by record: messages received and sent, and replies with their address")
    func plain() throws {
        let text = "1 < {\"a\":1}\n2 > sub\n3 h http://x/y?z=1 {\"b\": 2}\n4 < \n5 < last without end"
        let records = try Fixture.withFile("a.rec", Array(text.utf8)) { try self.read([$0]) }
        #expect(
            records == [
                "1 received |{\"a\":1}", "2 sent |sub", "3 reply http://x/y?z=1|{\"b\": 2}", "4 received |",
                "5 received |last without end",
            ])
    }

    @Test("in several files is one stream, plain or packed, also in several members")
    func several() throws {
        let packed = try Fixture.bytes("um_20210722.rec.gz")
        try Fixture.withFile("twice.rec.gz", packed + packed) { path in
            var reader = RecordingReader(files: [path])
            var count = 0
            // The second half begins 30 s before the end of the first: the order of files is wrong there.
            #expect(throws: RecordingError.self) { while try reader.next() { count += 1 } }
            #expect(count == 1_138 && reader.line == 1_139)
        }
        try Fixture.withFile("b.rec", Array("9 < early\n1700000000000000000 < late\n".utf8)) { path in
            let path2 = try Fixture.path("exchangeInfo_um_20210722.rec.gz")
            #expect(try self.read([path2]).count == 1)
            var reader = RecordingReader(files: [path, path])
            var count = 0
            #expect(throws: RecordingError.self) { while try reader.next() { count += 1 } }
            #expect(count == 2)
        }
    }

    @Test("keeps its time where a record is a little older than the one before")
    func held() throws {
        try Fixture.withFile("a.rec", Array("5000000000 < a\n4500000000 < b\n5000000001 < c\n".utf8)) { path in
            var reader = RecordingReader(files: [path])
            var times: [Int64] = []
            while try reader.next() { times.append(reader.time.nanoseconds) }
            #expect(times == [5_000_000_000, 5_000_000_000, 5_000_000_001])
            #expect(reader.timesHeld == 1 && reader.records == 3)
        }
    }

    @Test(
        "that is broken is an error with file and line",
        arguments: [
            ("x < a", "a time in nanoseconds since 1970"), ("", "a time in nanoseconds since 1970"),
            ("-5 < a", "a time in nanoseconds since 1970"), ("99999999999999999999 < a", "below 2^63"),
            ("5", "after the time"),
            ("5 ", "a kind"), ("5 <", "after the kind"), ("5 <a", "after the kind"), ("5 h http://x", "after the url"),
            ("5 ? a", "unknown kind \"?\""), ("5 \u{1} a", "unknown kind byte 1"), ("5\t< a", "after the time"),
        ])
    func badLines(_ line: String, _ part: String) throws {
        let (error, path) = try self.error("a.rec", Array("1 < good\n\(line)\n3 < good\n".utf8))
        let text = try #require(error).description
        #expect(text.hasPrefix("\(path):2: "), "\(text)")
        #expect(text.contains(part), "\(text)")
    }

    @Test("that is missing, empty, no gzip or a folder is an error with the file's name")
    func badFiles() throws {
        #expect(throws: RecordingError.cannotOpen(file: "/nowhere/a.rec", reason: "No such file or directory")) {
            try self.read(["/nowhere/a.rec"])
        }
        for name in ["a.rec", "a.rec.gz"] {
            let (error, path) = try self.error(name, [])
            #expect(error == .empty(file: path))
        }
        let (error, path) = try self.error("a.rec.gz", Array("1 < not packed\n".utf8))
        #expect(error == .notGzip(file: path))
        #expect(throws: RecordingError.self) { try self.read([FileManager.default.temporaryDirectory.path]) }
    }

    @Test("that is cut off or damaged is an error, wherever")
    func damaged() throws {
        let packed = try Fixture.bytes("spot_20211012.rec.gz")
        for length in [1, 5, 10, 11, 100, 5_000, packed.count - 9, packed.count - 8, packed.count - 1] {
            let (error, path) = try self.error("cut.rec.gz", Array(packed[..<length]))
            let found = try #require(error, "\(length)")
            #expect(found.description.hasPrefix(path), "\(length)")
        }
        var random = SplitMix(seed: 5)
        for _ in 0..<50 {
            var bytes = packed
            let place = Int.random(in: 10..<bytes.count - 4, using: &random)
            bytes[place] ^= UInt8.random(in: 1...255, using: &random)
            let (error, _) = try self.error("damaged.rec.gz", bytes)
            #expect(error != nil, "byte \(place)")
        }
    }

    @Test("with a line beyond the limit is an error, and long lines within it are not")
    func long() throws {
        let line = Array("1 < ".utf8) + Array(repeating: UInt8(ascii: "x"), count: 3 << 20)
        #expect(try self.error("a.rec", line).0 == nil)
        let tooLong = line + Array(repeating: UInt8(ascii: "x"), count: 6 << 20)
        let (error, path) = try self.error("a.rec", Array("1 < a\n".utf8) + tooLong)
        #expect(error == .lineTooLong(file: path, line: 2, limit: RecordingReader.longestLine))
    }
}
