import CCrypto
import Foundation

/// A request as a feeder reads it.
struct FeederRequest {
    /// Such as `POST`.
    let method: String
    /// Without the query.
    let path: String
    /// The query's values by name.
    let query: [String: String]
    /// Of a request for a WebSocket.
    private var key: String?

    /// Reads the head of a request.
    init(_ head: String) {
        let lines = head.split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        self.method = String(words.first ?? "")
        let target = (words.count > 1 ? words[1] : "").split(separator: "?", maxSplits: 1)
        self.path = String(target.first ?? "")
        var query: [String: String] = [:]
        for pair in (target.count > 1 ? target[1] : "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { query[String(parts[0])] = String(parts[1]) }
        }
        self.query = query
        for line in lines where line.lowercased().hasPrefix("sec-websocket-key:") {
            self.key = line.dropFirst("sec-websocket-key:".count).trimmingCharacters(in: .whitespaces)
        }
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
