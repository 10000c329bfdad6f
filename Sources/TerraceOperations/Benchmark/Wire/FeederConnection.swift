import Glibc
import NIOCore
import NIOEmbedded
import NIOSSL

/// A connection to the engine as a feeder has it: a plain blocking socket, so that the time at the socket is the time of the
/// call. TLS is a machine in memory beside it.
final class FeederConnection {
    let socket: Int32
    /// What has come and is not read yet, in clear.
    var unread: [UInt8] = []
    /// Whether it has become a WebSocket.
    var isStream = false
    private let tls: EmbeddedChannel?
    private var incoming = [UInt8](repeating: 0, count: 65_536)

    /// Takes over `socket`.
    init(_ socket: Int32, context: NIOSSLContext?) throws {
        self.socket = socket
        guard let context else {
            self.tls = nil
            return
        }
        let channel = EmbeddedChannel(handler: NIOSSLServerHandler(context: context))
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        self.tls = channel
    }

    deinit { _ = Glibc.close(self.socket) }

    /// The monotonic clock in nanoseconds.
    static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    /// Reads what is there into `unread`.
    ///
    /// - Returns: When the bytes had been read from the socket; nil at the end of the connection.
    func receive() throws -> UInt64? {
        // SAFETY: the buffer is valid during the call, and as long as it says.
        let count = unsafe self.incoming.withUnsafeMutableBytes { bytes in
            unsafe Glibc.read(self.socket, bytes.baseAddress, bytes.count)
        }
        let time = Self.now
        guard count > 0 else { return nil }
        guard let tls else {
            self.unread.append(contentsOf: self.incoming[..<count])
            return time
        }
        try tls.writeInbound(ByteBuffer(bytes: self.incoming[..<count]))
        while var bytes = try tls.readInbound(as: ByteBuffer.self) {
            self.unread.append(contentsOf: bytes.readBytes(length: bytes.readableBytes) ?? [])
        }
        let answer = try self.takeSealed()
        if !answer.isEmpty { _ = self.write(answer) }
        return time
    }

    /// `bytes` as they go over the wire.
    func sealed(_ bytes: [UInt8]) throws -> [UInt8] {
        guard let tls else { return bytes }
        try tls.writeOutbound(ByteBuffer(bytes: bytes))
        return try self.takeSealed()
    }

    private func takeSealed() throws -> [UInt8] {
        var sealed: [UInt8] = []
        while let bytes = try self.tls?.readOutbound(as: ByteBuffer.self) {
            sealed.append(contentsOf: bytes.readableBytesView)
        }
        return sealed
    }

    /// Writes `bytes`, which are sealed.
    ///
    /// - Returns: When the call was made.
    func write(_ bytes: [UInt8]) -> UInt64 {
        let time = Self.now
        var written = 0
        while written < bytes.count {
            // SAFETY: the buffer is valid during the call, and `written` is below its count.
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe send(
                    self.socket, bytes.baseAddress?.advanced(by: written), bytes.count - written,
                    Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return time }
            written += count
        }
        return time
    }

    // MARK: What the engine says

    /// Takes a whole request off `unread`: its first line and the headers. None of those that the engine sends here has a body.
    func takeRequest() -> FeederRequest? {
        var end = 3
        while end < self.unread.count {
            if self.unread[end] == 10, self.unread[end - 1] == 13, self.unread[end - 2] == 10 { break }
            end += 1
        }
        guard end < self.unread.count else { return nil }
        let request = FeederRequest(self.unread[..<end])
        self.unread.removeSubrange(...end)
        return request
    }

    /// Takes a whole message off `unread`; control frames come as empty ones.
    func takeMessage() -> [UInt8]? {
        guard self.unread.count >= 6 else { return nil }
        var start = 6
        var length = Int(self.unread[1] & 0x7F)
        if length == 126 {
            guard self.unread.count >= 8 else { return nil }
            length = Int(self.unread[2]) << 8 | Int(self.unread[3])
            start = 8
        }
        // Longer ones the engine does not send here.
        guard length < 65_536, self.unread.count >= start + length else { return nil }
        let isText = self.unread[0] & 0x0F == 1
        let mask = Array(self.unread[start - 4..<start])
        let message = (0..<length).map { self.unread[start + $0] ^ mask[$0 & 3] }
        self.unread.removeSubrange(..<(start + length))
        return isText ? message : []
    }

    /// A text message as a server sends it (RFC 6455, section 5.2).
    static func frame(_ text: String) -> [UInt8] {
        let payload = Array(text.utf8)
        var frame: [UInt8] = [0x81]
        if payload.count < 126 {
            frame.append(UInt8(truncatingIfNeeded: payload.count))
        } else if payload.count < 65_536 {
            frame += [126, UInt8(truncatingIfNeeded: payload.count >> 8), UInt8(truncatingIfNeeded: payload.count)]
        } else {
            frame.append(127)
            for place in 0..<8 { frame.append(UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * place))) }
        }
        return frame + payload
    }
}
