internal import Synchronization

/// Keeps the answers to questions that many ask, for a while, within bounds; the same question of a hundred askers at one time is
/// one query.
public final class QueryCache: Sendable {
    /// One question at the database, and who waits for the answer.
    private struct Flight {
        var number: UInt64
        /// Started after the flight is entered, so it may not be here yet.
        var task: Task<Void, Never>?
        var waiters: [UInt64: @Sendable (Result<any Sendable, DatabaseError>) -> Void] = [:]
        var isForgotten = false
    }

    private struct State {
        var table: CacheTable
        var flights: [CacheKey: Flight] = [:]  // Looked up, never walked through but to forget all.
        var statistics = QueryCacheStatistics()
        var age: Int64 = 0
        var numbers: UInt64 = 0
    }

    private enum Found {
        case answer(Result<any Sendable, DatabaseError>)
        case wait
        case load(UInt64)
    }

    private let settings: QueryCacheSettings
    private let now: @Sendable () -> Deadline
    private let state: Mutex<State>

    /// An empty cache. `now` is the clock.
    public init(settings: QueryCacheSettings = QueryCacheSettings(), now: @escaping @Sendable () -> Deadline = { .now })
    {
        self.settings = settings
        self.now = now
        self.state = Mutex(State(table: CacheTable(entryLimit: settings.entries, byteLimit: settings.bytes)))
    }

    /// The answer to `key`: as it is kept, or as somebody else is being told just now, or as `load` gives it.
    ///
    /// Whoever is cancelled gets `cancelled` at once, and the others who wait get their answer all the same; `load` is cancelled
    /// when nobody waits for it any more.
    ///
    /// - Throws: What `load` throws, which others who ask within `failureTimeToLive` are told too; `cancelled`; `queueFull`.
    public func value<Key: QueryKey>(
        for key: Key, load: @escaping @Sendable () async throws(DatabaseError) -> Key.Value
    ) async throws(DatabaseError) -> Key.Value {
        let name = CacheKey(key)
        if let kept = self.kept(name) { return try Self.cast(kept, key) }
        let waiter = self.state.withLock { state in
            state.numbers += 1
            return state.numbers
        }
        let result: Result<any Sendable, DatabaseError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.join(name, waiter, { continuation.resume(returning: $0) }) { number in
                    await self.land(name, number, Key.self, load)
                }
            }
        } onCancel: {
            self.leave(name, waiter)
        }
        return try Self.cast(result, key)
    }

    /// Forgets the answer to one question; one that is under way is told to who waits and not kept.
    public func remove<Key: QueryKey>(_ key: Key) {
        self.state.withLock { state in
            state.table.remove(key: CacheKey(key))
            state.flights[CacheKey(key)]?.isForgotten = true
        }
    }

    /// Forgets all answers, likewise.
    public func removeAll() {
        self.state.withLock { state in
            state.table.removeAll()
            for key in state.flights.keys { state.flights[key]?.isForgotten = true }
        }
    }

    /// How it fares.
    public var statistics: QueryCacheStatistics {
        self.state.withLock { state in
            var statistics = state.statistics
            statistics.entries = state.table.count
            statistics.bytes = state.table.bytes
            statistics.evictions = state.table.evictions
            statistics.underWay = state.flights.count
            let all = statistics.hits + statistics.joins + statistics.misses
            statistics.rate = all == 0 ? 0 : Double(statistics.hits + statistics.joins) / Double(all)
            statistics.meanAgeMilliseconds = state.age == 0 ? 0 : Double(state.age) / 1e6 / Double(statistics.hits)
            return statistics
        }
    }

    // MARK: Parts

    private func kept(_ name: CacheKey) -> Result<any Sendable, DatabaseError>? {
        let now = self.now().nanoseconds
        return self.state.withLock { Self.kept(name, &$0, now) }
    }

    private static func kept(
        _ name: CacheKey, _ state: inout State, _ now: Int64
    ) -> Result<any Sendable, DatabaseError>? {
        guard let (content, age) = state.table.find(name, at: now) else { return nil }
        state.statistics.hits += 1
        state.age += max(0, age)
        switch content {
        case .value(let value): return .success(value)
        case .failure(let error):
            state.statistics.failureHits += 1
            return .failure(error)
        }
    }

    /// Waits for the answer to `name`; starts `load` with the number of its flight where nobody asks yet.
    private func join(
        _ name: CacheKey, _ waiter: UInt64,
        _ tell: @escaping @Sendable (Result<any Sendable, DatabaseError>) -> Void,
        _ load: @escaping @Sendable (UInt64) async -> Void
    ) {
        let now = self.now().nanoseconds
        let found = self.state.withLock { state -> Found in
            // A cancellation that came before left nothing to be found by `leave`.
            if Task.isCancelled { return .answer(.failure(Self.cancelled)) }
            if let kept = Self.kept(name, &state, now) { return .answer(kept) }
            if state.flights[name]?.waiters.count ?? state.flights.count >= self.settings.waiting {
                state.statistics.refused += 1
                return .answer(.failure(Self.full))
            }
            if state.flights[name] != nil {
                state.statistics.joins += 1
                state.flights[name]?.waiters[waiter] = tell
                return .wait
            }
            state.statistics.misses += 1
            state.flights[name] = Flight(number: waiter, waiters: [waiter: tell])
            return .load(waiter)
        }
        switch found {
        case .answer(let result): tell(result)
        case .wait: break
        case .load(let number):
            let task = Task { await load(number) }
            let isWanted = self.state.withLock { state in
                guard state.flights[name]?.number == number else { return false }
                state.flights[name]?.task = task
                return true
            }
            if !isWanted { task.cancel() }
        }
    }

    /// Somebody does not wait any more.
    private func leave(_ name: CacheKey, _ waiter: UInt64) {
        let (tell, task) = self.state.withLock { state in
            guard let tell = state.flights[name]?.waiters.removeValue(forKey: waiter) else {
                return (nil as (@Sendable (Result<any Sendable, DatabaseError>) -> Void)?, nil as Task<Void, Never>?)
            }
            guard state.flights[name]?.waiters.isEmpty == true else { return (tell, nil) }
            return (tell, state.flights.removeValue(forKey: name)?.task)
        }
        task?.cancel()
        tell?(.failure(Self.cancelled))
    }

    /// Asks the database, keeps the answer, and tells it.
    private func land<Key: QueryKey>(
        _ name: CacheKey, _ number: UInt64, _: Key.Type,
        _ load: @Sendable () async throws(DatabaseError) -> Key.Value
    ) async {
        let result: Result<any Sendable, DatabaseError>
        let content: CacheTable.Content
        let bytes: Int
        let life: Duration
        do throws(DatabaseError) {
            let value = try await load()
            (result, content) = (.success(value), .value(value))
            (bytes, life) = (Key.bytes(of: value), Key.timeToLive)
        } catch {
            (result, content) = (.failure(error), .failure(error))
            (bytes, life) = (256, self.settings.failureTimeToLive)
        }
        let now = self.now().nanoseconds
        let waiters = self.state.withLock { state in
            guard let flight = state.flights[name], flight.number == number else {
                return [UInt64: @Sendable (Result<any Sendable, DatabaseError>) -> Void]()
            }
            state.flights[name] = nil
            if case .failure = content { state.statistics.failures += 1 }
            if !flight.isForgotten {
                state.table.insert(name, content, bytes: bytes, at: now, goodUntil: now.held(plus: life))
            }
            return flight.waiters
        }
        for (_, tell) in waiters { tell(result) }
    }

    private static func cast<Key: QueryKey>(
        _ result: Result<any Sendable, DatabaseError>, _ key: Key
    ) throws(DatabaseError) -> Key.Value {
        guard let value = try result.get() as? Key.Value else {
            throw DatabaseError(.other, at: "cache", "the answer kept for \(Key.self) is of another type")
        }
        return value
    }

    private static let cancelled = DatabaseError(.cancelled, at: "cache", "the question was withdrawn")
    private static let full = DatabaseError(.queueFull, at: "cache", "too many questions wait for their answers")
}
