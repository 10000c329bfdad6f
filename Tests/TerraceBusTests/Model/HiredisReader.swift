import CRedis

@testable import TerraceBus

/// hiredis, reading what ours reads: the C library that redis-cli is built on.
final class HiredisReader {
    struct Refused: Error {}

    private let reader: UnsafeMutablePointer<redisReader>

    init?() {
        guard let reader = redisReaderCreate() else { return nil }
        self.reader = reader
    }

    deinit { redisReaderFree(self.reader) }

    func feed(_ bytes: some Collection<UInt8>) throws {
        let done = Array(bytes).withUnsafeBytes {
            redisReaderFeed(self.reader, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        if done != REDIS_OK { throw Refused() }
    }

    /// The next reply; nil where it is not whole.
    func next() throws -> RedisReply? {
        var raw: UnsafeMutableRawPointer?
        guard redisReaderGetReply(self.reader, &raw) == REDIS_OK else { throw Refused() }
        guard let raw else { return nil }
        defer { freeReplyObject(raw) }
        return Self.reply(raw.assumingMemoryBound(to: redisReply.self).pointee)
    }

    /// Reads and frees so many replies; gives how many there were.
    func skip(_ count: Int) -> Int {
        for number in 0..<count {
            var raw: UnsafeMutableRawPointer?
            guard redisReaderGetReply(self.reader, &raw) == REDIS_OK, let raw else { return number }
            freeReplyObject(raw)
        }
        return count
    }

    private static func reply(_ raw: redisReply) -> RedisReply {
        let bytes = raw.str.map { Array(UnsafeRawBufferPointer(start: $0, count: raw.len)) } ?? []
        switch raw.type {
        case REDIS_REPLY_STATUS: return .status(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_ERROR: return .error(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_INTEGER: return .integer(raw.integer)
        case REDIS_REPLY_STRING: return .bytes(bytes)
        case REDIS_REPLY_ARRAY:
            return .array(
                (0..<raw.elements).map { place in
                    raw.element[place].map { self.reply($0.pointee) } ?? .null
                })
        default: return .null
        }
    }
}
