# What is installed where, and the Debian package: `cpack` in a build folder, or scripts/package.
include(GNUInstallDirs)

# Made by the program itself, so that they say what it can do.
set(made ${PROJECT_BINARY_DIR}/made)
add_custom_command(OUTPUT ${made}/driftless.1 ${made}/driftless.bash ${made}/_driftless ${made}/driftless.fish
    COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
    COMMAND driftless man > ${made}/driftless.1
    COMMAND driftless completion bash > ${made}/driftless.bash
    COMMAND driftless completion zsh > ${made}/_driftless
    COMMAND driftless completion fish > ${made}/driftless.fish
    DEPENDS driftless VERBATIM)
add_custom_target(made ALL DEPENDS ${made}/driftless.1)

install(TARGETS driftless RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${made}/driftless.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${made}/driftless.bash RENAME driftless DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${made}/_driftless DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${made}/driftless.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES README.md config/driftless.example.yaml DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES systemd/monitoring/alerts.yml systemd/monitoring/dashboard.json systemd/monitoring/prometheus.yml
    DESTINATION ${CMAKE_INSTALL_DOCDIR}/monitoring)
if(NOT APPLE)
    install(FILES systemd/driftless.service DESTINATION lib/systemd/system)
    install(FILES systemd/driftless.sysusers.conf RENAME driftless.conf DESTINATION lib/sysusers.d)
    install(FILES systemd/driftless.tmpfiles.conf RENAME driftless.conf DESTINATION lib/tmpfiles.d)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME driftless)
set(CPACK_PACKAGE_CONTACT "driftless")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "git push changes infrastructure, and nothing else does")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd, init-system-helpers, ca-certificates, openssh-client")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "docker.io | docker-ce")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(debian ${PROJECT_SOURCE_DIR}/systemd/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${debian}/postinst ${debian}/prerm ${debian}/postrm)
include(CPack)
