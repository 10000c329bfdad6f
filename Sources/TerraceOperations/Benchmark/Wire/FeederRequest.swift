import CCrypto
import Foundation

/// A request as a feeder reads it.
struct FeederRequest {
    /// Such as `POST`.
    let method: String
    /// Without the query.
    let path: String
    /// The bytes of the query.
    private let query: ArraySlice<UInt8>
    /// All of it: looked at only where a WebSocket may be asked for.
    private let head: ArraySlice<UInt8>

    /// Reads the head of a request. Byte by byte: what it costs is taken from the processor that the engine is measured on.
    init(_ head: ArraySlice<UInt8>) {
        let line = head.prefix { $0 != 13 }
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        self.method = String(decoding: words.first ?? [], as: UTF8.self)
        let target = (words.count > 1 ? words[1] : []).split(separator: UInt8(ascii: "?"), maxSplits: 1)
        self.path = String(decoding: target.first ?? [], as: UTF8.self)
        self.query = target.count > 1 ? target[1] : []
        self.head = head
    }

    /// A value of the query; empty where there is none of this name.
    func value(_ name: StaticString) -> String {
        let length = name.utf8CodeUnitCount
        for pair in self.query.split(separator: UInt8(ascii: "&")) where pair.count > length {
            // SAFETY: the pointer is to the constant's code units, `length` of them.
            let isIt = unsafe pair.prefix(length).elementsEqual(
                UnsafeBufferPointer(start: name.utf8Start, count: length))
            if isIt, pair[pair.startIndex + length] == UInt8(ascii: "=") {
                return String(decoding: pair.dropFirst(length + 1), as: UTF8.self)
            }
        }
        return ""
    }

    private var key: String? {
        guard self.method == "GET" else { return nil }
        for line in self.head.split(separator: 10) {
            let text = String(decoding: line, as: UTF8.self)
            guard text.lowercased().hasPrefix("sec-websocket-key:") else { continue }
            return text.dropFirst("sec-websocket-key:".utf8.count).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return nil
    }

    /// The answer that grants a WebSocket (RFC 6455, section 4.2.2); nil where none was asked for.
    var upgrade: [UInt8]? {
        guard let key = self.key else { return nil }
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        // SAFETY: both buffers are valid during the call; SHA-1 writes 20 bytes.
        let isDone = unsafe text.withUnsafeBufferPointer { text in
            unsafe digest.withUnsafeMutableBufferPointer { digest in
                unsafe EVP_Digest(text.baseAddress, text.count, digest.baseAddress, nil, EVP_sha1(), nil)
            }
        }
        guard isDone == 1 else { return nil }
        return Array(
            ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: \(Data(digest).base64EncodedString())\r\n\r\n").utf8)
    }

    /// An answer with `body`.
    static func answer(_ body: String) -> [UInt8] {
        Array(
            ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
                .utf8)
    }
}
