import NIOCore
import NIOHTTP1

/// Reads the head of one answer that is followed by another protocol: to `CONNECT`, and to the request for a WebSocket.
///
/// What is read after the head is left in `rest`, untouched.
struct ResponseHeadReader {
    /// The longest head, in bytes.
    static let mostBytes = 16_384
    private static let mostHeaders = 128

    /// What has come and is not read.
    private(set) var rest = ByteBuffer()

    /// What was sent is no head of an HTTP/1 answer.
    struct Garbled: Error {}

    /// Takes bytes; gives the head once it is whole.
    mutating func read(_ bytes: inout ByteBuffer) throws(Garbled) -> HTTPResponseHead? {
        self.rest.writeBuffer(&bytes)
        let view = self.rest.readableBytesView
        guard zip(view, "HTTP/1.".utf8).allSatisfy({ $0 == $1 }) else { throw Garbled() }
        let searched = view.prefix(Self.mostBytes)
        guard let end = searched.firstRange(of: [13, 10, 13, 10]) else {
            if view.count >= Self.mostBytes { throw Garbled() }
            return nil
        }
        let text = String(decoding: searched[..<end.lowerBound], as: UTF8.self)
        self.rest.moveReaderIndex(to: end.upperBound)
        return try Self.head(text)
    }

    /// Takes what is left.
    mutating func takeRest() -> ByteBuffer {
        let rest = self.rest
        self.rest = ByteBuffer()
        return rest
    }

    private static func head(_ text: String) throws(Garbled) -> HTTPResponseHead {
        // A Character is CR and LF together.
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        guard let first = lines.popFirst(), lines.count <= Self.mostHeaders else { throw Garbled() }
        let words = first.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, words[1].utf8.count == 3, let status = Int(words[1]), status >= 100 else {
            throw Garbled()
        }
        var headers = HTTPHeaders()
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { throw Garbled() }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            let end = value.lastIndex { $0 != " " && $0 != "\t" }
            headers.add(name: String(line[..<colon]), value: end.map { String(value[...$0]) } ?? "")
        }
        return HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
    }
}
