internal import NIOCore
internal import TerraceCore

/// Sockets to Redis, as the machines see them. A connection has a number, which is used once.
protocol RedisTransport: AnyObject {
    /// Whom it tells what happens.
    var receiver: (any RedisReceiver)? { get set }
    /// The time.
    var now: Timestamp { get }
    /// Begins to connect.
    func connect(_ number: Int, to address: RedisAddress)
    /// Sends; what is sent to a connection that is gone is dropped.
    func send(_ number: Int, _ bytes: ByteBuffer)
    /// Closes, after what was sent; nothing more is told of it.
    func close(_ number: Int)
}

/// Who is told what happens to connections.
protocol RedisReceiver: AnyObject {
    /// It stands, TLS included.
    func opened(_ number: Int)
    /// Bytes came, what was left last time in front of them. Gives how many are done with.
    func received(_ number: Int, _ bytes: Span<UInt8>) -> Int
    /// What could be read for now has been.
    func receivedAll()
    /// It could not be opened, or is over. Not told of those that were closed from here.
    func closed(_ number: Int, reason: String)
}
