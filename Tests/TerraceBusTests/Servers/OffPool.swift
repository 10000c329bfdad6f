import Dispatch

/// Does what blocks on a thread of its own: the test library's threads are as few as the processors, and whoever blocks one of
/// them stops the tests of everybody else.
func offPool<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Swift.Result { try work() }) }
    }
}
