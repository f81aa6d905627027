internal import CGit2

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A bare repository, through libgit2. Not for use by two threads at once.
final class GitRepository {
  private let handle: OpaquePointer
  let database: OpaquePointer
  let path: String

  /// libgit2 keeps its settings for the whole process: users' git configuration is not read, data is
  /// synced to disk, and a repository of another owner (a mounted volume) can be opened.
  static let isPrepared: Bool = {
    git_libgit2_init()
    for level in [GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL] {
      ambit_git_set_search_path(level.rawValue, "")
    }
    ambit_git_set_int_option(Int32(GIT_OPT_ENABLE_FSYNC_GITDIR.rawValue), 1)
    ambit_git_set_int_option(Int32(GIT_OPT_SET_OWNER_VALIDATION.rawValue), 0)
    return true
  }()

  static func create(_ path: String) throws -> GitRepository {
    _ = isPrepared
    var handle: OpaquePointer?
    var options = git_repository_init_options()
    git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
    options.flags = GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
    try check(git_repository_init_ext(&handle, path, &options))
    return try GitRepository(handle, path)
  }

  static func open(_ path: String) throws -> GitRepository {
    _ = isPrepared
    var handle: OpaquePointer?
    try check(
      git_repository_open_ext(
        &handle, path, GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue | GIT_REPOSITORY_OPEN_BARE.rawValue, nil))
    return try GitRepository(handle, path)
  }

  private init(_ handle: OpaquePointer?, _ path: String) throws {
    guard let handle else { throw GitFailure(-1) }
    var database: OpaquePointer?
    let status = git_repository_odb(&database, handle)
    guard status == 0, let database else {
      let failure = GitFailure(status)
      git_repository_free(handle)
      throw failure
    }
    self.handle = handle
    self.database = database
    self.path = path
    git_repository_set_ident(handle, "Ambit", "ambit@localhost")
  }

  deinit {
    git_odb_free(database)
    git_repository_free(handle)
  }

  static func check(_ status: Int32) throws {
    if status < 0 { throw GitFailure(status) }
  }

  // MARK: Configuration

  func setting(_ name: String) -> String? {
    var config: OpaquePointer?
    guard git_repository_config_snapshot(&config, handle) == 0, let config else { return nil }
    defer { git_config_free(config) }
    var value: UnsafePointer<CChar>?
    guard git_config_get_string(&value, config, name) == 0, let value else { return nil }
    return String(cString: value)
  }

  func set(_ name: String, to value: String) throws {
    var config: OpaquePointer?
    try GitRepository.check(git_repository_config(&config, handle))
    defer { git_config_free(config) }
    try GitRepository.check(git_config_set_string(config, name, value))
  }

  // MARK: Objects

  func contains(_ name: ObjectName) -> Bool {
    var oid = name.oid
    return git_odb_exists(database, &oid) == 1
  }

  /// The bytes of an object. Its kind and its size are asked for before any memory is given to it.
  ///
  /// - Throws: `ObjectFault` where it is not there, or not what was expected.
  func read(_ name: ObjectName, as kind: GitObject.Kind, limit: Int) throws -> [UInt8] {
    var oid = name.oid
    var size = 0
    var type = GIT_OBJECT_INVALID
    let status = git_odb_read_header(&size, &type, database, &oid)
    if status == GIT_ENOTFOUND.rawValue { throw ObjectFault.missing(GitFailure(status)) }
    try GitRepository.check(status)
    guard type.rawValue == Int32(kind.rawValue) else {
      throw ObjectFault.otherKind(git_object_type2string(type).map { String(cString: $0) } ?? "something else")
    }
    guard size <= limit else { throw ObjectFault.tooLarge(size) }
    var object: OpaquePointer?
    try GitRepository.check(git_odb_read(&object, database, &oid))
    defer { git_odb_object_free(object) }
    guard let data = git_odb_object_data(object) else { return [] }
    return Array(UnsafeRawBufferPointer(start: data, count: git_odb_object_size(object)))
  }

  /// Looks at the packs again: one was added past libgit2.
  func refresh() throws { try GitRepository.check(git_odb_refresh(database)) }

  // MARK: References

  func target(of reference: String) throws -> ObjectName? {
    var oid = git_oid()
    let status = git_reference_name_to_id(&oid, handle, reference)
    if status == GIT_ENOTFOUND.rawValue { return nil }
    try GitRepository.check(status)
    return ObjectName(oid)
  }

  /// Moves a reference if it still stands where the caller last saw it.
  func move(_ reference: String, from old: ObjectName?, to new: ObjectName, why: String) throws {
    var target = new.oid
    // The null name asks that the reference does not exist yet.
    var expected = (old ?? .none).oid
    var result: OpaquePointer?
    let status = patiently(reference) {
      git_reference_create_matching(&result, handle, reference, &target, 1, &expected, why)
    }
    git_reference_free(result)
    try GitRepository.check(status)
    if old == nil { removeLeftLock(of: reference) }
  }

  /// libgit2 makes a new ref by linking its lock to it, and does not look whether the lock could be removed then.
  private func removeLeftLock(of reference: String) {
    var (file, lock) = (stat(), stat())
    guard stat("\(path)/\(reference).lock", &lock) == 0, stat("\(path)/\(reference)", &file) == 0,
      lock.st_ino == file.st_ino
    else { return }
    unlink("\(path)/\(reference).lock")
  }

  /// Calls again, for up to a second, while `git pack-refs` is in the way: it takes the lock of a ref for a moment,
  /// and removes folders that it left empty, also under one who is about to write there.
  private func patiently(_ reference: String, _ call: () -> Int32) -> Int32 {
    let folder = "\(path)/\(reference)".split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    for _ in 0..<100 {
      let status = call()
      guard status == GIT_ELOCKED.rawValue || status < 0 && access(folder, F_OK) != 0 else { return status }
      usleep(10_000)
    }
    return call()
  }

  /// What follows `prefix` in the names of the references that begin with it, in no order.
  func references(under prefix: String) throws -> [String] {
    var iterator: OpaquePointer?
    try GitRepository.check(git_reference_iterator_glob_new(&iterator, handle, "\(prefix)*"))
    defer { git_reference_iterator_free(iterator) }
    var names: [String] = []
    var name: UnsafePointer<CChar>?
    var status = git_reference_next_name(&name, iterator)
    while status == 0, let reference = name {
      names.append(String(String(cString: reference).dropFirst(prefix.count)))
      status = git_reference_next_name(&name, iterator)
    }
    guard status == GIT_ITEROVER.rawValue else { throw GitFailure(status) }
    return names
  }

  /// Makes a branch the one that git takes by default, where there is no such one yet.
  func pointHeadIfUnborn(at branch: String) throws {
    let status = patiently("HEAD") {
      git_repository_head_unborn(handle) == 1 ? git_repository_set_head(handle, "refs/heads/\(branch)") : 0
    }
    try GitRepository.check(status)
  }

  /// The commit that a revision names, or nil where it names none.
  func commit(named revision: String) -> ObjectName? {
    var object: OpaquePointer?
    guard git_revparse_single(&object, handle, revision) == 0 else { return nil }
    defer { git_object_free(object) }
    var commit: OpaquePointer?
    guard git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0, let commit else { return nil }
    defer { git_object_free(commit) }
    return git_object_id(commit).map { ObjectName($0.pointee) }
  }
}
