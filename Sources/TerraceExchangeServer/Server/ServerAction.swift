/// What the shell around an `ExchangeServer` has to do, in this order.
public enum ServerAction: Sendable {
    /// Answer the request with this token.
    case respond(token: UInt64, ServerResponse)
    /// Never answer the request; where `isClosing`, drop its connection too.
    case abandon(token: UInt64, isClosing: Bool)
    /// Send a text message. The bytes of a public message are shared by all its receivers.
    case send(connection: Int, [UInt8])
    /// Send a ping frame.
    case ping(connection: Int)
    /// Close a WebSocket: with a close frame, or abruptly. `closed` is not called for it.
    case close(connection: Int, isAbrupt: Bool)
    /// Drop every connection, of HTTP too, and take no new one for this long. `closed` is not called for them, and no request
    /// under way is answered.
    case restart(downNanoseconds: Int64)
}
