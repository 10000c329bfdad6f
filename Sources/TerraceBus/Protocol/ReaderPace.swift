package import TerraceCore

/// How fast published messages are found in what was received: for `terrace bench bus`.
package enum ReaderPace {
    /// Nanoseconds a message of `payload` bytes, over `count` messages in reads of twenty.
    package static func measure(payload: Int, count: Int, clock: () -> Timestamp) -> Double {
        var read = Array("*3\r\n$7\r\nmessage\r\n$27\r\nterrace:{venue:BTCUSDT0}:md\r\n$\(payload)\r\n".utf8)
        read += Array(repeating: 0xB7, count: payload) + [13, 10]
        let twenty = Array(repeatElement(read, count: 20).joined())
        var found = 0
        let start = clock()
        while found < count {
            var place = 0
            while case .message(_, _, let end)? = try? RedisReader.next(twenty.span, from: place) {
                place = end
                found += 1
            }
        }
        return Double(clock().nanoseconds - start.nanoseconds) / Double(found)
    }
}
