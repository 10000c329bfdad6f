import NIOCore
import NIOHTTP1
import TerraceVenues

/// Writes requests of HTTP/1.1 whole, in one buffer.
///
/// In the pipeline it stands in the place of NIO's own encoder: the head that comes by is only there for the decoder of answers,
/// which must know what was asked; the bytes of the request come as its body.
final class RequestEncoder: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer

    /// What no request may hold: a line end would let one request become two.
    enum Refusal: Error {
        case target
        case header(String)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .body(.byteBuffer(let bytes)): context.write(self.wrapOutboundOut(bytes), promise: promise)
        case .head, .body(.fileRegion), .end: promise?.succeed()
        }
    }

    /// Writes `request` to `authority`, such as `api.binance.com`.
    static func write(
        _ request: VenueRequest, authority: String, into buffer: inout ByteBuffer
    ) throws(Refusal) {
        guard request.target.first == UInt8(ascii: "/"), request.target.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw .target
        }
        buffer.writeStaticString(self.start(request.method))
        buffer.writeBytes(request.target)
        buffer.writeStaticString(" HTTP/1.1\r\nHost: ")
        buffer.writeString(authority)
        for header in request.headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(self.isNameByte),
                header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { throw .header(String(header.name.filter { $0.isLetter || $0 == "-" }.prefix(40))) }
            buffer.writeStaticString("\r\n")
            buffer.writeString(header.name)
            buffer.writeStaticString(": ")
            buffer.writeString(header.value)
        }
        if !request.body.isEmpty || request.method == .post || request.method == .put {
            buffer.writeStaticString("\r\nContent-Length: ")
            buffer.writeString(String(request.body.count))
        }
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeBytes(request.body)
    }

    private static func start(_ method: VenueRequest.Method) -> StaticString {
        switch method {
        case .get: "GET "
        case .post: "POST "
        case .put: "PUT "
        case .delete: "DELETE "
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
