// SPDX-License-Identifier: GPL-2.0-only
/* Start in order, stop in reverse. */
#include <linux/errno.h>
#include <linux/module.h>

#include "measurement.h"
#include "mr_configfs.h"
#include "mr_sysfs.h"
#include "netlink.h"
#include "realm.h"
#include "report.h"
#include "rsi.h"
#include "token.h"

static int __init realm_tsm_init(void)
{
	const char *device = REPORT_PROVIDER;
	bool ours;
	int ret;

	if (!is_realm_world())
		return -ENODEV;

	ret = realm_init();
	if (ret)
		return ret;
	ret = measurement_init();
	if (ret)
		return ret;
	token_setup();

	ret = report_register();
	ours = !ret;
	if (ret == -EBUSY)
		/* the provider may have a device of the provider's name */
		device = KBUILD_MODNAME;
	else if (ret)
		goto err_measurement;

	ret = nl_register(ours);
	if (ret)
		goto err_report;
	ret = mr_configfs_register();
	if (ret)
		goto err_nl;
	ret = mr_sysfs_register(device);
	if (ret)
		goto err_configfs;
	return 0;

err_configfs:
	mr_configfs_unregister();
err_nl:
	nl_unregister();
err_report:
	report_unregister();
err_measurement:
	measurement_exit();
	return ret;
}
module_init(realm_tsm_init);

static void __exit realm_tsm_exit(void)
{
	mr_sysfs_unregister();
	mr_configfs_unregister();
	nl_unregister();
	report_unregister();
	measurement_exit();
}
module_exit(realm_tsm_exit);

/* a string and not RSI_PDEV_NAME: the device is about to move to another bus */
MODULE_ALIAS("platform:arm-cca-dev");
MODULE_DESCRIPTION("Attestation and measurement of Arm CCA realms");
MODULE_LICENSE("GPL");
