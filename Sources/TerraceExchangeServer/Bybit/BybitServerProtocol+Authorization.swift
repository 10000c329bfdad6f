import TerraceVenues

/// "Authentication": HMAC-SHA256 over time, key, window and query or body.
extension BybitServerProtocol {
    /// Whose request it is.
    func authorize(_ operation: BybitOperation, _ request: ServerRequest) throws(BybitServerRefusal) -> Int {
        guard let key = request.header("X-BAPI-API-KEY"), let account = self.core.account(key) else { throw .badKey }
        guard let time = request.header("X-BAPI-TIMESTAMP"), let timestamp = Int64(time) else {
            throw .missing("X-BAPI-TIMESTAMP")
        }
        let window = request.header("X-BAPI-RECV-WINDOW") ?? "5000"
        guard let width = Int64(window), width >= 0, width <= 1_000_000 else {
            throw .parameter("recv_window is invalid.")
        }
        // "server_time - recv_window <= timestamp < server_time + 1000".
        let now = self.core.venueMilliseconds
        guard timestamp >= now - width, timestamp < now + 1_000 else {
            throw BybitServerRefusal(
                10_002,
                "invalid request, please check your server timestamp or recv_window param. req_timestamp[\(timestamp)],server_timestamp[\(now)],recv_window[\(width)]"
            )
        }
        let content = request.method == .get ? Array(request.query) : request.body
        try self.check(
            request.header("X-BAPI-SIGN"), of: Array(time.utf8) + Array(key.utf8) + Array(window.utf8) + content,
            account)
        if operation.isCommand, !self.core.accounts[account].settings.mayTrade { throw .noPermission }
        return account
    }

    /// Compares a signature in hexadecimal digits, in the same time wherever it differs.
    func check(_ signature: String?, of content: [UInt8], _ account: Int) throws(BybitServerRefusal) {
        guard let signature else { throw .badSignature }
        var writer = WireWriter(capacity: 64)
        writer.hexadecimal(self.core.accounts[account].signer.sign(content))
        let given = Array(signature.lowercased().utf8)
        guard given.count == writer.bytes.count else { throw .badSignature }
        var difference: UInt8 = 0
        for (left, right) in zip(given, writer.bytes) { difference |= left ^ right }
        guard difference == 0 else { throw .badSignature }
    }
}
